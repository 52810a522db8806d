"""Hypothesis strategies: values as Kubernetes resources hold them, and YAML as people and mistakes write it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

# Strings that some reader takes for something else when they stand plain, or that are hard to write.
HOSTILE = [
    *["", "~", "null", "Null", "NULL", "true", "True", "FALSE", "yes", "Yes", "no", "on", "On", "off", "y", "Y", "n"],
    *["0", "012", "0755", "08", "0o17", "0x1F", "0X1f", "0b1", "0B1", "1_000", "+1", "-1", "-012", "0.10", ".5", "+.5"],
    *["1e3", "6e8", "1E5", "1.e5", "1e-5", "0e1", "12e4567", ".inf", "-.Inf", ".nan", "5.", "0x", "0b-1", "-0o7"],
    *["12:30", "1:2:3.5", "2024-01-01", "2024-1-1T0:0:0Z", "2001-12-14 21:59:43.10", "9223372036854775808", "1.10"],
    *["=", "<<", "-", "--", "---", "...", "- a", "-a", "?", "? a", ":", ": a", ":a", "a:", "a: b", "a:b", "a #b", "a#b"],
    *["#", "&a", "*a", "!a", "! a", "|", ">", "|-", "%a", "@a", "`a`", "'", '"', "''", '"a"', "'a'", "[a]", "{a}", "{{x}}"],
    *["[", "]", "{", "}", ",", "a, b", "$(A)", "${A}", "\\", "a\\nb", '{"a":{"b":1}}', "^a$", "<a>", "(a)", "~a", "a~"],
    *[" a", "a ", "  ", "\t", "a\tb", "\ta", "a\t", "\n", "a\n", "\na", "a\nb", "a\nb\n", "a\nb\n\n\n", "a\n\nb", " a\nb"],
    *["a \nb", "a\n  b\n c", "a\n\tb", "a\n \nb", "#a\nb", "- a\n- b\n", "a: b\nc: d\n", "a\r\nb", "a\rb", "---\na\n"],
    *["é", "日本語", "😀", "a\u3000b", "\xa0", "\ufeff", "\u200d", "\x00", "\x07", "\x1b[0m", "\ue000", "a" * 300],
    *["/var/run", "10Gi", "500m", "1.2.3.4", "a.b/c:d@sha256:0", "--flag=1", "http://a:80/b?c=d&e=f#g", "8B", "v1_2"],
]
# kustomize cannot read some of these back when it has written them itself, and reads others as line breaks.
TOO_HOSTILE = ["\x7f", "\x80", "\ufffe", "\x85", "a\x85b", "\u2028", "a\u2029b"]

# Plain scalars and what go.yaml.in/yaml/v3 3.0.4 makes of them; of a date it makes a timestamp, we leave it text.
GO_YAML: list[tuple[str, object]] = [
    *[("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nUll", "nUll")],
    *[("true", True), ("True", True), ("TRUE", True), ("tRue", "tRue"), ("false", False), ("FALSE", False)],
    *[("yes", "yes"), ("on", "on"), ("y", "y"), ("off", "off"), ("12:30", "12:30"), ("2024-01-01", "2024-01-01")],
    *[("0", 0), ("-0", 0), ("12", 12), ("+12", 12), ("-12", -12), ("00", 0), ("0755", 493), ("-012", -10), ("0o17", 15)],
    *[("0O17", 15), ("-0o17", -15), ("0o-7", -7), ("0o8", "0o8"), ("08", 8), ("0x1F", 31), ("0X1f", 31), ("-0x1F", -31)],
    *[("0x", "0x"), ("0b101", 5), ("0B1", 1), ("0b-1", -1), ("-0b-1", "-0b-1"), ("0b2", "0b2"), ("1_000", 1000)],
    *[("1__0", 10), ("+_5", 5), ("+-1", "+-1"), ("1_", 1), ("_1", "_1"), ("0_7", 7), (".5_0", 0.5), (".5__0", ".5__0"), ("1_0.5", 10.5)],
    *[("1e3", 1000), ("1E3", 1000), ("1e+3", 1000), ("1.e5", 100000), ("1.0", 1), ("5.", 5), (".5", 0.5), ("+.5", 0.5)],
    *[("-0.0", 0), ("1e-5", 1e-05), ("0.10", 0.1), ("1.5e", "1.5e"), (".e3", ".e3"), (".", "."), ("+", "+"), ("08.5", 8.5)],
    *[("9223372036854775807", 2**63 - 1), ("9223372036854775808", 2**63), ("18446744073709551615", 2**64 - 1)],
    *[("-9223372036854775808", -(2**63)), ("18446744073709551616", 2.0**64), ("-9223372036854775809", -(2.0**63))],
    *[("+18446744073709551615", 2.0**64), ("0x10000000000000000", "0x10000000000000000"), ("1e400", "1e400")],
    *[("9" * 400, "9" * 400), ("0" * 90 + "17", 15), ("1e-400", 0), ("1e22", 1e22), ("1.2.3", "1.2.3"), ("0x1p3", "0x1p3"), ("inf", "inf")],
]

strings = st.one_of(
    st.sampled_from(HOSTILE + TOO_HOSTILE),
    st.text(max_size=8),
    st.text(alphabet="0123456789.+-_eExXoObBaAfF:", min_size=1, max_size=7),
    st.text(alphabet="ab \n\t#:-'\"\\{}[]&*!|>%@`,?$", max_size=12),
)
numbers = st.one_of(
    st.integers(min_value=-(1 << 63), max_value=(1 << 64) - 1),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, strings)
keys = st.one_of(st.sampled_from(["a", "name", "app.kubernetes.io/name", "<<x"]), strings).filter(lambda key: key != "<<")
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
resources = st.fixed_dictionaries(
    {"apiVersion": st.just("v1"), "kind": st.just("ConfigMap"), "metadata": st.fixed_dictionaries({"name": strings})},
    optional={"data": st.dictionaries(keys, values, max_size=3)},
)

_TOKENS = [
    *["a", "b", "k", '"q"', "'s'", "x y", ": ", ": ", ": ", ":", "\n", "\n", "\n  ", "\n  ", "\n    ", "- ", "- ", "-"],
    *["# c\n", " #", "[", "]", "{", "}", ", ", ",", "&x ", "*x", "!!str ", "!foo ", "! ", "!!int ", "1", "012", "1_0"],
    *["1e3", "0x1F", ".5", "true", "null", "~", "on", "|", ">", "|-\n", "|+\n", ">-\n", "\n\n", "\t", " ", "  ", "? "],
    *["<<", "=", "%", "@", '"', "'", "\\", "\\n", '"a: b"', '"a\\tb"', "---\n", "\n...\n", "...", "é", "\x85", "\u2028"],
    *["\xa0", "\r\n", "a: b\n", "k: v\n", "x: |\n  t\n  u\n", "l:\n- 1\n- 2\n", "m:\n  n: o\n", "&& ls", '"":', "--f=1"],
    *['"\\u0041"', '"\\x3a "', "${VAR}", "{{x}}", "9223372036854775808", "<<: *x", "a: &x {b: c}\n", "|2\n", "1: "],
    *["- - ", "!!binary aGk=", '"a\n  b"', "'c\n\n  d'", "[a, b]", "cat <<EOF", '"a:\\n b"'],
]
_DOCUMENTS = [
    "a: b\nc:\n  d: e\n  f:\n  - g\n  - h: i\n    j: |\n      k\n      l\n",
    "- a\n- b: c\n",
    "x: \"y: z\"\nw: 'v # u'\n",
    "a: [1, 2]\nb: {c: d}\n",
    "k: >\n  f\n  g\n\n  h\n",
    'a:\n- |-\n  x: y\n  && z\n- "z"\n---\nb: c\n',
]


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """Draw a document with tokens put in where they do not belong, and letters taken out."""
    text = draw(st.sampled_from(_DOCUMENTS))
    for token in draw(st.lists(st.sampled_from(["", *_TOKENS]), min_size=1, max_size=4)):
        place = draw(st.integers(min_value=0, max_value=len(text)))
        text = text[:place] + token + text[place + (0 if token else 2) :]
    return text


yaml_texts = st.one_of(st.lists(st.sampled_from(_TOKENS), max_size=10).map("".join), _damaged())

_HEADERS = ["|", ">", "|-", ">-", "|+", ">+", "|2", "|1-", ">2+"]
_VALUES = [
    *["a", "b c", '"q"', "'s'", "'it''s'", '"a: b"', "1", "0.5", "012", "0x1F", "1_000", "1e3", "10Gi", "true", "null", "~", "-1", "--f"],
    *["{}", "[]", "[a, b]", "[a,b]", "{a: b}", "{a: {b: [c, 'd, e']}}", "[a: b]", "{a}", "{a: b, a: c}", "[a 'b, c']", "[a,]", "[[a] b]"],
    *["&x a", "*x", "!t a", "!!str 1", "<<", "a: b", "a #b", "a#b", "'a # b' # c", "# c", "- a", "? a", '"\\n"', '"a', "a\tb", "|a"],
]
_KEYS = ["a", "b", "c", "d", "'a'", '"b"', "a b", "1", "true", "<<", '"<<"', "&x e", "*x", "? f", "a #b", "[a]", "-", "'a: b'"]
_BODIES = ["x", "k: v", "- w", "&a", "*x", "\tq", "012: 1", "# h", "", "  ", "{", "k: |", "---", "- - -", "a: 1"]


@st.composite
def _with_blocks(draw: st.DrawFn) -> str:
    """Draw lines of keys, dashes and block scalars, whose indentation is mostly right and sometimes just not."""
    lines: list[str] = []
    column = 0
    for _ in range(draw(st.integers(1, 8))):
        column = max(0, column + draw(st.sampled_from([0, 0, 0, 2, 2, -2, -2, 1, -1])))
        dashes = "- " * draw(st.sampled_from([0, 0, 1, 1, 2, 3]))
        key = f"{draw(st.sampled_from(_KEYS))}:" if not dashes or draw(st.booleans()) else ""
        is_block = draw(st.booleans())
        value = draw(st.sampled_from(_HEADERS if is_block else ["", *_VALUES]))
        lines.append(" " * column + dashes + " ".join(filter(None, (key, value))))
        if is_block:
            body = column + len(dashes) + draw(st.sampled_from([2, 2, 0, 1, -1, -2, 4]))
            texts = draw(st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, -1]), st.sampled_from(_BODIES)), max_size=3))
            lines += [" " * max(0, body + more) + text for more, text in texts]
    return "\n".join(lines) + draw(st.sampled_from(["\n", "\n", "", "\n\n"]))


block_texts = _with_blocks()

_NAMES = ["a", "app.kubernetes.io/name", "a b", "it's", "$ref", ".x", "/x", "'8000'", '"y"', "mountPath", "f:spec", '""']
_PLAIN = [
    *["a", "/mnt/x", "10Gi", "500m", "30s", "8000", "0", "-1", "0.5", "1e+06", "true", "null", "{}", "[]", "1.2.3", "v0.7.1", "10.0.0.1"],
    *[
        "2x4",
        "0,1,2",
        "8B",
        "9aee46",
        "--port=80",
        "-c",
        "http://a:80/b?c#d",
        "a 'b'",
        "$(A)",
        "${A}",
        "^a$",
        "<a>",
        "(a)",
        "~/x",
        "日本",
        "=",
        "\\x",
    ],
    *["'012'", '"on"', "'- a'", "'a: b'", '"a\\tb\\n"', "'it''s #1'", '"\\u00a0"', '"\\U0001F600"', "'{{ x }}'", "'{\"a\":1}'"],
]
_SCRIPT = ["set -e", "if ! [ -f x ]; then", "  && b", "# c", "", "\td", "- e: |", "&x", "k: 012", "---", "  ", "{"]


def _block(header: str, indentation: str, script: list[str]) -> tuple[str, ...]:
    return (header, indentation + "first", *script, "last")


_scripts = st.lists(st.sampled_from(_SCRIPT), max_size=4)
_ends = st.one_of(  # what begins in the line of a key or dash: the lines of a scalar
    st.sampled_from(_PLAIN).map(lambda text: (text,)),
    st.builds(_block, st.sampled_from(["|", "|-", ">"]), st.just(""), _scripts),
    st.builds(_block, st.sampled_from(["|2", "|2-"]), st.sampled_from(["", " ", "  "]), _scripts),
)
_trees: st.SearchStrategy[Any] = st.recursive(
    _ends,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4), st.dictionaries(st.sampled_from(_NAMES), inner, min_size=1, max_size=4)
    ),
    max_leaves=15,
)


def _deeper(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def _canonical(tree: Any) -> list[str]:
    """Return the lines in which kustomize writes a tree of maps, lists and ends."""
    lines: list[str] = []
    if isinstance(tree, tuple):
        return [tree[0], *_deeper(tree[1:])]
    if isinstance(tree, list):
        for inner in tree:
            first, *rest = _canonical(inner)
            lines += [f"- {first}", *(rest if isinstance(inner, tuple) else _deeper(rest))]
        return lines
    for key, inner in tree.items():
        below = _canonical(inner)
        if isinstance(inner, tuple):
            lines += [f"{key}: {below[0]}", *below[1:]]
        else:
            lines += [f"{key}:", *(below if isinstance(inner, list) else _deeper(below))]
    return lines


canonical_texts = st.builds(
    lambda trees: "---\n".join("".join(f"{line}\n" for line in _canonical(tree)) for tree in trees),
    st.lists(
        st.one_of(st.lists(_trees, min_size=1, max_size=3), st.dictionaries(st.sampled_from(_NAMES), _trees, min_size=1)),
        min_size=1,
        max_size=2,
    ),
)
