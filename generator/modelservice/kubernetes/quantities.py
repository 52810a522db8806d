"""Quantities, such as ``500m`` or ``10Gi``: what they are worth, and how Kubernetes itself writes them (Go's resource.Quantity)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WHAT = "a quantity: a number with a suffix such as m, k, M, G, Ki, Mi or Gi, or none, and no space (as in 500m, 4 or 10Gi)"

BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
SUFFIXES = {exponent: suffix for suffix, exponent in DECIMAL.items()}
NANO = 10**9
LARGEST = 2**63 - 1
MANY = 1000  # texts whose value is kept: a service has the same few in many places
_KNOWN: dict[str, int | None] = {}
LONGEST = 1000  # digits; what is longer is nobody's, and would take seconds


def parse(value: Any) -> float | int | None:
    """What ``value``, a text or number, is worth, in units; None where it is no quantity. A whole number comes as an int."""
    nanos = in_nanos(value)
    if nanos is None:
        return None
    return nanos // NANO if nanos % NANO == 0 else nanos / NANO


def in_nanos(value: Any) -> int | None:
    """The exact value in thousand-millionths, which is as small as quantities get; None where it is no quantity."""
    if value.__class__ is int:
        return int(value) * NANO
    if value.__class__ is str and value in _KNOWN:
        return _KNOWN[value]
    parts = _parts(value)
    nanos = None if parts is None else _nanos(*parts)
    if value.__class__ is str and len(_KNOWN) < MANY:
        _KNOWN[value] = nanos
    return nanos


def canonical(value: Any) -> str:
    """What Kubernetes writes for ``value``: ``4`` for 4, ``1Gi`` for 1024Mi, ``500m`` for 0.5; a text that is no quantity stays."""
    text = str(value).strip()
    parts = _parts(value)
    if parts is None:
        return str(value)
    nanos = _nanos(*parts)
    if nanos == 0:
        return "0"
    if _is_kept(*parts):
        return text
    suffix = parts[3]
    units, rest = divmod(nanos, NANO)
    if suffix in BINARY and rest == 0 and units % 1024 == 0:  # else it has no suffix, and is read as a decimal the next time
        return _binary(units)
    return _decimal(nanos, exponential=suffix not in BINARY and suffix not in DECIMAL)


def _parts(value: Any) -> tuple[str, str, str, str] | None:
    """Sign, digits before and behind the point, and suffix."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = repr(value) if isinstance(value, float) else str(value).strip()
    sign = text[:1] if text[:1] in ("+", "-") else ""
    number = text[len(sign) :]
    end = len(number) - len(number.lstrip("0123456789."))
    whole, _, fraction = number[:end].partition(".")
    suffix = number[end:]
    if "." in fraction or not whole + fraction or len(number) > LONGEST or not (suffix in DECIMAL or suffix in BINARY or _exponent(suffix)):
        return None
    return sign, whole.lstrip("0") or "0", fraction, suffix


def _exponent(suffix: str) -> str:
    """The digits of a decimal exponent, with their sign; nothing where it is none."""
    sign = suffix[1:2] if suffix[1:2] in ("+", "-") else ""
    digits = suffix[1 + len(sign) :]
    return sign + digits if suffix[:1] in ("e", "E") and digits.isdecimal() and digits.isascii() else ""


def _power(suffix: str) -> int:
    """The power of ten that a decimal suffix means; one that no quantity can have is cut."""
    return DECIMAL[suffix] if suffix in DECIMAL else max(-LONGEST, min(LONGEST, int(_exponent(suffix))))


def _nanos(sign: str, whole: str, fraction: str, suffix: str) -> int:
    digits = int(whole + fraction)
    if suffix in BINARY:
        digits <<= BINARY[suffix]
        scale = 9 - len(fraction)
    else:
        scale = 9 - len(fraction) + _power(suffix)
    nanos: int = digits * 10**scale if scale >= 0 else -(-digits // 10**-scale)  # less than the smallest is rounded up
    if suffix in BINARY:
        nanos = min(nanos, LARGEST * NANO)
    return -nanos if sign == "-" else nanos


def _is_kept(sign: str, whole: str, fraction: str, suffix: str) -> bool:
    """Whether Go's parser takes the text for canonical, and keeps it."""
    if suffix in BINARY:
        fits = not fraction and 15 - len(whole) - int(BINARY[suffix] * 3 / 10) - 1 >= 0
        return fits and int(whole) & 7 != 0
    digits, scale = whole + fraction, _power(suffix) - len(fraction)
    return len(digits) <= 18 and scale >= -9 and scale % 3 == 0 and not digits.endswith("000") and digits[0] != "0"


def _binary(units: int) -> str:
    exponent = 0
    while units % 1024 == 0:
        units //= 1024
        exponent += 10
    return f"{units}{next((suffix for suffix, power in BINARY.items() if power == exponent), '')}"


def _decimal(nanos: int, *, exponential: bool) -> str:
    exponent = -9
    while nanos % 1000 == 0:
        nanos //= 1000
        exponent += 3
    if exponential:
        return f"{nanos}e{exponent}" if exponent else str(nanos)
    return f"{nanos}{SUFFIXES.get(exponent, f'e{exponent}')}"
