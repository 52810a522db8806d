"""``${devices * 4}``: whole numbers computed from parameters, where a base or overlay is filled.

Four operations, `*` and `/` before `+` and `-`, else from left to right, and nothing more: an operand is a whole number or the path of a
parameter, as in ``${path}``, ``?`` for one that may be absent included. Imported only where something is computed.
"""

from __future__ import annotations

import re

from modelservice.template import ABSENT, REFERENCE, CannotComputeError, MissingParameterError, look_up
from modelservice.texts import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from modelservice.template import Filler, Map

    Operand = Callable[[Map], Any]

# what a shell has in braces has no blank behind a name, and no `*`: ${X/a/b}, ${X+1} and ${X:-1} are left to it
COMPUTED = re.compile(r"\$\{(\s*[\w.-]+\??\s*(?:\*|\s[-+/]\s)[^{}]*)\}")
WORD = re.compile(r"\s*(?:(\d+)(?![\w.])|([A-Za-z][\w.-]*\??)|([-+*/]))")
LARGEST = 2**63 - 1  # what JSON and Kubernetes hold


def compile_text(template: str, *, text_only: bool) -> Filler | None:
    """A filler for a text in which something is computed; None where nothing is. Alone, it is filled with a whole number.

    The filler returns ABSENT where an optional parameter is, and raises CannotComputeError, or MissingParameterError.
    """
    parts: list[str | Operand] = []
    place = 0
    for found in COMPUTED.finditer(template):
        parts += [*_references(template[place : found.start()]), _compiled(found[1])]
        place = found.end()
    if not parts:
        return None
    parts += _references(template[place:])
    said = [part for part in parts if part != ""]
    if len(said) == 1 and not text_only:
        return said[0] if callable(said[0]) else None

    def fill(parameters: Map) -> Any:
        filled = []
        for part in said:
            value = part if isinstance(part, str) else part(parameters)
            if value is ABSENT:
                return ABSENT
            filled.append(str(value).lower() if isinstance(value, bool) else str(value))
        return "".join(filled)

    return fill


def operands(text: str) -> Iterator[tuple[str, bool]]:
    """The paths of the parameters that ``text`` computes with, and whether they may be absent."""
    for found in COMPUTED.finditer(text):
        for _, path, _ in WORD.findall(found[1]):
            if path:
                yield path.removesuffix("?"), path.endswith("?")


def _references(text: str) -> Iterator[str | Operand]:
    parts = REFERENCE.split(text)
    yield parts[0]
    for index in range(1, len(parts), 3):
        yield _parameter(parts[index], needed=not parts[index + 1])
        yield parts[index + 2]


def _parameter(path: str, *, needed: bool) -> Operand:
    keys = path.split(".")

    def value(parameters: Map) -> Any:
        found = look_up(parameters, keys)
        if found is ABSENT and needed:
            raise MissingParameterError(path)
        return found

    return value


def _compiled(expression: str) -> Operand:
    """A function from parameters to the number that ``expression`` comes to; a wrong expression is told when it is filled."""
    try:
        terms = _terms(expression)
    except CannotComputeError as error:
        message = str(error)

        def refuse(_: Map) -> Any:
            raise CannotComputeError(message)

        return refuse

    def compute(parameters: Map) -> Any:
        total = 0
        for sign, factors in terms:
            product = _product(factors, parameters, expression)
            if product is ABSENT:
                return ABSENT
            total = _bounded(total + product if sign == "+" else total - product, expression)
        return total

    return compute


def _terms(expression: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What is added or subtracted, with its sign: each a list of operands, with `*` or `/` before it."""
    operators = ["+", *(words := _words(expression))[1::2]]
    terms: list[tuple[str, list[tuple[str, str]]]] = []
    for operator, operand in zip(operators, words[::2], strict=True):
        if operator in "+-":
            terms.append((operator, [("*", operand)]))
        else:
            terms[-1][1].append((operator, operand))
    return terms


def _words(expression: str) -> list[str]:
    """The operands of an expression, with an operator between each two."""
    words: list[str] = []
    place = 0
    while place < len(expression.rstrip()):
        found = WORD.match(expression, place)
        if found is None:
            wrong, right = shown(expression[place:].strip()), "a parameter, a whole number or + - * / stands"
            raise CannotComputeError(f"${{{expression}}} has {wrong} where {right}")
        words.append(found[found.lastindex or 0])
        place = found.end()
    for index, word in enumerate(words):
        if (word in "+-*/") != (index % 2 == 1):
            raise CannotComputeError(f"${{{expression}}} has {shown(word)} where {'one of + - * /' if index % 2 else 'a number'} stands")
    if len(words) % 2 == 0:
        raise CannotComputeError(f"${{{expression}}} ends with {shown(words[-1])}; a number is missing")
    return words


def _product(factors: list[tuple[str, str]], parameters: Map, expression: str) -> Any:
    """What operands multiplied and divided come to; ABSENT where one is."""
    product = 1
    for operator, operand in factors:
        number = _number(operand, parameters, expression)
        if number is ABSENT:
            return ABSENT
        if operator == "*":
            product = _bounded(product * number, expression)
        elif number == 0:
            raise CannotComputeError(f"${{{expression}}} divides by zero")
        elif product % number:
            raise CannotComputeError(f"${{{expression}}} divides {product} by {number}, which leaves a rest; numbers here are whole")
        else:
            product //= number
    return product


def _bounded(number: int, expression: str) -> int:
    if abs(number) > LARGEST:
        raise CannotComputeError(f"${{{expression}}} is more than any number here may be")
    return number


def _number(operand: str, parameters: Map, expression: str) -> Any:
    """The number that an operand is; ABSENT for an optional parameter that is not there."""
    if operand.isdecimal():
        value: Any = operand
    else:
        path = operand.removesuffix("?")
        value = look_up(parameters, path.split("."))
        if value is ABSENT:
            if path == operand:
                raise MissingParameterError(path)
            return ABSENT
    number = whole_number(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise CannotComputeError(f"${{{expression}}} computes with {operand}, which is {shown(value)}; must be a whole number")
    return number
