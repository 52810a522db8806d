"""`fast`: sure, or silent."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import example, given, settings
from tests.krm.yaml_texts import values, yaml_texts

from modelservice.krm import fast, full
from modelservice.krm.errors import ReadError
from modelservice.krm.scalars import resolve
from modelservice.krm.writing import write_documents


def _typed(value: Any) -> Any:
    """Return a value in which True, 1 and 1.0 differ."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return type(value).__name__, value


@settings(max_examples=1500, deadline=None)
@given(yaml_texts)
@example("a: |\n  b")
@example("a: \xa0\n")
@example("k: >\n   \n\n  \n")
@example("- |+\n")
@example("a: &x b\nc: [1,*x]\n")
@example("x: |\n  k: &a\n y: z\n")
@example('a: b\na: "c:\\n d"\n')
@example('a: "c\\x3a d"\nb:\n  c: d\n  c: e\n')
def test_both_readers_agree(text: str) -> None:
    """On any text that both readers accept, both give the same value of the same types."""
    quick = fast.read(text)
    if quick is None:
        return
    try:
        nodes = full.read(text)
    except ReadError:
        return
    assert _typed(quick) == _typed([node.value for node in nodes])


@settings(max_examples=300, deadline=None)
@given(values)
def test_reads_what_we_write(value: Any) -> None:
    """Text of our own writer is read as the value that was written, whenever the fast reader is sure."""
    text = write_documents([[value], {"a": value}])
    assert fast.read(text) in (None, [[value], {"a": value}])


def test_short_scalars() -> None:
    """Every plain scalar of up to four of these characters is what go-yaml makes of it, or left to the full reader."""
    for length in range(1, 5):
        for characters in product("019+-.exa_~", repeat=length):
            scalar = "".join(characters)
            documents = fast.read(f"a: {scalar}\n")
            assert documents is None or _typed(documents) == _typed([{"a": resolve(scalar)}])


SURE = {
    "canonical": "a: b\nc:\n- d: 1\n  e: 0.5\n- 'on'\n",
    "numbers": "a: 1e3\nb: 10\nc: -1.5\nd: .5\n",
    "empty collections": "a: {}\nb: []\n",
    "flow sequence": 'args: [a, "b"]\n',
    "several documents": "a: b\n---\nc: d\n",
    "ambiguous text in quotes": "a: \"012\"\nb: '0x1F'\nc: '&a'\nd: \"1_000\"\n",
    "shell in a line": "a: cd /x && ! test -f y || echo {a,b} ${C} $((1 + 012)) [ -f z ] *.py 2>&1 &\n",
    "colons in strings": "a: \"b: c\"\nd: 'e: f'\ng: |\n  h: i\n  j:\nk: >-\n  l:\n  m: n\n",
    "templated text": 'a: \'{{ .Values.x | default "8000" }}\'\nb: "{{.Release.Name}}-x"\nc: hf://{{ .Values.y }}\n',
    "escapes": 'a: "b:\\n\\tc: d"\n',
    "shell in a block": "a: |\n  set -e\n  if ! [ -f x ]; then\n    { a && b; }\n  fi\n  && c\n  cat <<EOF\n  \t012\n  EOF\nb: c\n",
    "names that look like numbers": "a: a0\nb: model-01\nc: 4_bit\nd: 1.10.0\ne: 2024-01-01\nf: 12:30\n",
}


@pytest.mark.parametrize("text", SURE.values(), ids=SURE.keys())
def test_sure(text: str) -> None:
    """What kustomize writes, shell scripts included, does not go the slow way, and is read right."""
    documents = fast.read(text)
    assert documents is not None
    assert _typed(documents) == _typed([node.value for node in full.read(text)])


DOUBTFUL = {
    "anchor": "a: &x b\n",
    "alias": "a: *x\n",
    "anchor on a line of its own": "a:\n  &x\n  b: c\n",
    "anchor in a flow": "a: [b,&x c]\n",
    "anchor beside a block": "a: |\n  b\nc: &x d\n",
    "anchor below a comment that ends like a block": "a: # b: |\n  c: &x d\n",
    "&&, which yaml12 takes for an anchor": "a: && b\n",
    "tag": "a: !!int '3'\n",
    "unknown tag": "a: !foo b\n",
    "merge": "a:\n  <<:\n    b: c\n",
    "byte order mark": "\ufeffa: b\n",
    "line break of Unicode": "a: b\u2028c\n",
    "space of Unicode, null to yaml12": "a: \u3000\n",
    "CRLF": "a: b\r\n",
    "control character": "a: '\x7f'\n",
    "tab": "a:\tb\n",
    "octal": "a: 0755\n",
    "octal in a flow": "a: [0755]\n",
    "hexadecimal": "- 0X1F\n",
    "binary": "a: +0b1\n",
    "two signs": "a: +-1\n",
    "underscore": "a: 1_000\n",
    "underscore in a key": "1_000: a\n",
    "underscore behind a point": "a: .5_0\n",
    "64 bits": "a: 9223372036854775808\n",
    "infinity": "a: .inf\n",
    "overflow": "a: 1e400\n",
    "number as key": "1: b\n",
    "boolean as key": "true: b\n",
    "null as key": "~: b\n",
    "explicit key": "? a\n: b\n",
    "key that is a map": "{a: b}: c\n",
    "duplicate key": "a: b\nc: d\na: e\n",
    "duplicate key below a string with a colon": "a: b\na: 'c: d'\n",
    "duplicate key at the end": "a: b\na:",
    "duplicate key with a map": "a:\n  b: c\na:\n  d: e\n",
    "duplicate key, hidden by an escape": 'a: b\na: "c:\\x20d"\n',
    "flow mapping": "a: {b: c}\n",
    "flow sequence of pairs": "a: [b: c]\n",
    "block without final line break": "a: |\n  b",
    "empty block": "a: |+\n",
    "block with its indentation": "a: |2\n    b\n",
    "end of a document": "a: b\n...\n---\nc: d\n",
    "directive": "%YAML 1.1\n---\na: b\n",
    "no YAML": "a: b: c\n",
    "lists in one line, at which yaml12 crashes": "-  " * 100_000 + "a\n",
    "empty keys in one line, at which yaml12 crashes": ": " * 100_000 + "a\n",
    "brackets": "[" * 100_000,
    "depth in lines": "".join(f"{' ' * level}a:\n" for level in range(300)),
}


@pytest.mark.parametrize("text", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_doubtful(text: str) -> None:
    """Where yaml12 and go-yaml differ, or nobody made sure that they do not, the fast reader has no answer."""
    assert fast.read(text) is None
