"""The one place that knows what a plain YAML scalar means to Kubernetes' tools.

kubectl, kustomize and kpt read YAML with go-yaml v3, which is neither YAML 1.1 nor 1.2: `on` and `12:30` are text,
`0755` is 493, `1_000` is 1000. `resolve` gives what go-yaml gives (its source, resolve.go, is the rule), `ambiguous`
says which strings a writer must quote so that neither go-yaml nor a YAML 1.1 reader (older Helm, PyYAML, Ruby) takes
them for something else.

One deliberate difference: a date stays the text it is. go-yaml makes a timestamp of it, but no Kubernetes field can
hold one.
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

# Go's strconv.ParseInt with base 0, one group a base; underscores are already gone.
_INT = re.compile(r"[-+]?(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))")
_BASES = (16, 2, 8, 10)
# What go-yaml tries after ParseInt has refused: a sign behind the prefix.
_LATE_SIGN = re.compile(r"0(?:b([-+][01]+)|o([-+][0-7]+))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# Behind a leading point go-yaml leaves underscores to strconv.ParseFloat, which wants digits on both sides of each.
_LOOSE_UNDERSCORE = re.compile(r"(?<![0-9])_|_(?![0-9])")

_LONGEST_INT = 80  # "-0b" and 64 digits are 67 characters: what is longer is no 64-bit integer

_AMBIGUOUS = re.compile(
    r"""
    (?i: y | n | yes | no | on | off | true | false | null | ~ | = | << )?   # words of YAML 1.1; also the empty string
    | [-+]? (?: 0x[0-9a-f_]* | 0[bo][-+]?[0-9_]*                             # based integers
              | [0-9][0-9_]* (?: :[0-9_]+ )* (?: \.[0-9_]* )? (?:e[-+]?[0-9_]*)?   # decimal, octal, sexagesimal, float
              | \.[0-9_]+ (?:e[-+]?[0-9_]*)?
              | \. (?: inf | nan ) )
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} (?: [Tt\ ] .* )?                        # dates and timestamps
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def resolve(text: str) -> Scalar:
    """The value that go-yaml v3 gives a plain scalar.

    May be NaN or an infinity, which JSON, and so Kubernetes, cannot hold: the readers refuse them, with the place.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if text[0] == "." and _LOOSE_UNDERSCORE.search(text):
        return text
    number = _number(text.replace("_", ""))
    return text if number is None else number


def ambiguous(text: str) -> bool:
    """Whether some reader would take the plain scalar `text` for something other than this string."""
    return _AMBIGUOUS.fullmatch(text) is not None or resolve(text) is not text


def json_number(number: float) -> int | float:
    """A float as it looks once it went through JSON, as everything does on its way to Kubernetes: `1e3` is 1000.

    Only where a float is exact; beyond that (2 to the 53rd) it stays a float, which JSON's readers take as well.
    """
    return int(number) if number.is_integer() and abs(number) < 1 << 53 else number


def _number(plain: str) -> int | float | None:
    """A scalar that begins with a digit or a sign: integer, else float, else (None) text."""
    if len(plain) <= _LONGEST_INT:
        match = _INT.fullmatch(plain)
        integer = _sized(match, plain[0] if plain[0] in "+-" else "") if match else _late_sign(plain)
        if integer is not None:
            return integer
    return _fraction(plain)


def _sized(match: re.Match[str], sign: str) -> int | None:
    """The integer matched by `_INT`, if int64 or, without a sign, uint64 holds it."""
    group = match.lastindex or 4
    value = int(match.group(group), _BASES[group - 1])
    if sign == "-":
        return -value if value <= 1 << 63 else None
    return value if value < 1 << (63 if sign else 64) else None


def _late_sign(plain: str) -> int | None:
    match = _LATE_SIGN.fullmatch(plain)
    if match is None:
        return None
    value = int(match.group(1), 2) if match.group(1) else int(match.group(2), 8)
    return value if -(1 << 63) <= value < 1 << 63 else None


def _fraction(plain: str) -> int | float | None:
    """A float that a float64 can hold; a larger one stays text, as in go-yaml."""
    if _FLOAT.fullmatch(plain) is None:
        return None
    value = float(plain)
    return None if value in (float("inf"), float("-inf")) else json_number(value)
