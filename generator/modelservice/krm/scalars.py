"""The one place that knows what a plain YAML scalar means to Kubernetes' tools.

kubectl, kustomize and kpt read YAML with go-yaml v3, which is neither YAML 1.1 nor 1.2: `on` and `12:30` are text,
`0755` is 493, `1_000` is 1000. `resolve` gives what go-yaml gives (its source, resolve.go, is the rule), `ambiguous`
says which strings a writer must quote so that neither go-yaml nor a YAML 1.1 reader (older Helm, PyYAML, Ruby) takes
them for something else.

One deliberate difference: a date stays the text it is. go-yaml makes a timestamp of it, but no Kubernetes field can
hold one.

The patterns are strings: `re` compiles each when it is first needed and remembers it. On the exec path most never are.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}

# What Go's strconv.ParseInt takes with base 0, a group for each base; underscores are already gone, and a decimal number
# of more than 20 digits is too large anyway.
_INT = r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]{0,19}|0))"
_BASES = (16, 2, 8, 10)
# What go-yaml tries when ParseInt has refused: the sign behind the prefix.
_LATE_SIGN = r"0(?:b([-+][01]+)|o([-+][0-7]+))"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
# Behind a leading point strconv.ParseFloat looks at the underscores, and wants a digit on both sides of each.
_LOOSE_UNDERSCORE = r"(?<![0-9])_|_(?![0-9])"

# What a reader of YAML 1.1 does not take for text.
_OLD = (
    r"(?is)"
    r"(?:y|n|yes|no|on|off|true|false|null|~|=|<<)"
    r"|[-+]?(?:0x[0-9a-f_]*|0[bo][-+]?[0-9_]*"  # numbers with a base
    r"|[0-9][0-9_]*(?::[0-9_]+)*(?:\.[0-9_]*)?(?:e[-+]?[0-9_]*)?"  # decimal, octal, sexagesimal, float
    r"|\.[0-9_]+(?:e[-+]?[0-9_]*)?|\.(?:inf|nan))"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t ].*)?"  # dates and timestamps
)


def resolve(text: str) -> Scalar:
    """Return the value that go-yaml v3 gives a plain scalar.

    It may be NaN or an infinity, which JSON, and so Kubernetes, cannot hold: the readers refuse them.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if text[0] == "." and re.search(_LOOSE_UNDERSCORE, text):
        return text
    number = _number(text.replace("_", ""))
    return text if number is None else number


def ambiguous(text: str) -> bool:
    """Tell whether some reader would take the plain scalar `text` for something other than this string."""
    return resolve(text) is not text or re.fullmatch(_OLD, text) is not None


def json_number(number: float) -> int | float:
    """Return a float as it looks once it went through JSON, as everything does on its way to Kubernetes: `1e3` is 1000.

    Only where floats are exact; from 2 to the 53rd on they stay floats.
    """
    return int(number) if number.is_integer() and abs(number) < 1 << 53 else number


def _number(plain: str) -> int | float | None:
    """Return a number, or None for text."""
    integer = _integer(plain)
    if integer is not None:
        return integer
    if not re.fullmatch(_FLOAT, plain):
        return None
    value = float(plain)
    return json_number(value) if abs(value) < float("inf") else None  # too large for a float64: text, in go-yaml


def _integer(plain: str) -> int | None:
    """Return an integer that int64 or, without a sign, uint64 can hold."""
    match = re.fullmatch(_INT, plain)
    if match is None:
        return _integer_with_late_sign(plain)
    sign, *digits = match.groups()
    value = next(int(text, base) for text, base in zip(digits, _BASES, strict=True) if text)
    if sign == "-":
        return -value if value <= 1 << 63 else None
    return value if value < 1 << (63 if sign else 64) else None


def _integer_with_late_sign(plain: str) -> int | None:
    match = re.fullmatch(_LATE_SIGN, plain)
    if match is None:
        return None
    binary, octal = match.groups()
    value = int(binary, 2) if binary else int(octal, 8)
    return value if -(1 << 63) <= value < 1 << 63 else None
