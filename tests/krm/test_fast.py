"""`fast`: sure, or silent."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.krm.yaml_texts import block_texts, canonical_texts, values, yaml_texts

from modelservice.krm import ReadError, fast, full, parse
from modelservice.krm.scalars import resolve
from modelservice.krm.writing import write_documents


def _typed(value: Any) -> Any:
    """Return a value in which True, 1 and 1.0 differ."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return type(value).__name__, value


@settings(max_examples=130, deadline=None)
@given(st.one_of(yaml_texts, block_texts))
@example("a: |\n  b")
@example("a: \xa0\n")
@example("k: >\n   \n\n  \n")
@example("k: |2\n\n")
@example("- |+\n")
@example("a: &x b\nc: [1,*x]\n")
@example("x: |\n  k: &a\n y: z\n")
@example('a: b\na: "c:\\n d"\n')
@example('a: "c\\x3a d"\nb:\n  c: d\n  c: e\n')
@example("x: {a}\ny: [b: c]\nk: 1\nk: 2\n")
@example("x: [a 'b, c']\nk: 1\nk: 2\n")
@example("x: [a] # [b]\nk: 1\nk: 2\n")
@example("k:\n  ---\n")
def test_the_full_reader_agrees(text: str) -> None:
    """Whatever the fast reader takes, the full reader takes too, and reads as the same value of the same types."""
    quick = fast.read(text)
    if quick is not None:
        assert _typed(quick) == _typed([node.value for node in full.read(text)])


@settings(max_examples=100, deadline=None)
@given(canonical_texts)
def test_takes_what_kustomize_writes(text: str) -> None:
    """Text in the form of kustomize never goes the slow way."""
    quick = fast.read(text)
    assert _typed(quick) == _typed([node.value for node in full.read(text)])


@settings(max_examples=100, deadline=None)
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
    "names that look like numbers": "a: a0\nb: model-01\nc: 4_bit\nd: 1.10.0\ne: 2024-01-01\nf: 12:30\ng: 8B\nh: 2x4\ni: 0,1\nj: 9aee46\n",
    "quantities": "a: 10Gi\nb: 500m\nc: 0.5Gi\nd: 30s\ne: 1e3\nf: 0\n",
    "options": "- --port=80\n- -c\n- --add\n- -O3\n",
    "keys": "a b: 1\nit's: 2\n$ref: 3\n.dockerconfigjson: 4\n/x: 5\n'8000': 6\n\"\": 7\na.b/c: 8\n",
    "lists in lists": "- - a\n  - - b\n    - c: d\n      e: |\n        f\n",
    "blocks in lists": "- |\n a\n- - |\n   b\n  - >-\n     c\n- k: |-\n   d\n",
    "a block as deep as its dash allows": "- a: |\n   b\n- - |\n   - c: d\n",
    "a block that says its indentation": "a: |2-\n    b\n   c\nd: |2\n\n    e\n",
    "flow collections": "a: {b: c, d: [e, \"f, g\", 1], h: {i: {}, 'j: k': []}} # l\nm:\n- {n: o}\n- [p,q]\n",
    "a flow collection alone": "{a: [b, 1]}\n",
    "a scalar alone": "10Gi",
    "comments": "# a\nb: c # d\n  # e\nf: # g\n- 'h' # j\n\n- \"k # l\"\n- m#n\n# o\np: | # q\n  # r\n # s\nt: u\n",
    "no line break at the end": "a: b",
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
    "flow mapping without values": "a: {b, c: d}\n",
    "flow mapping of several lines": "a: {b: c,\n  d: e}\n",
    "duplicate key in a flow": "a: {b: c, b: d}\n",
    "duplicate key that a pair in a flow outweighs": "a: {b}\nc: [d: e]\nf: 1\nf: 2\n",
    "quotes in plain text of a flow": "a: [b 'c, d']\n",
    "flow sequence of pairs": "a: [b: c]\n",
    "block without final line break": "a: |\n  b",
    "empty block": "a: |+\n",
    "block with its indentation, and nothing in it": "a: |2\n\nb: c\n",
    "block that is not deeper than its key": "a: |\nb: 0777\n",
    "block that is not deeper than its key in a map": "spec:\n  a: |\n  mode: 0777\n",
    "block that is not deeper than its key in a list": "- a: |\n  mode: 0777\n",
    "block that is not deeper than its dash": "data:\n  - |\n  - &a b\n",
    "block that is not deeper than its inner dash": "- - |\n  - &a b\n",
    "block that begins with an empty line": "a: |\n\n  b\n",
    "block whose last line has no end": "a: |\n  b: c",
    "block that begins with a tab": "a: |\n  \tb\n",
    "text that goes on": "a: b\n  c\n",
    "text that goes on like a list": "a: b\n  - c\n",
    "text without key or dash": "a:\n  b\n",
    "a document's end that is indented": "a:\n  ---\n",
    "a dash alone": "-\n- a\n",
    "key longer than a key can be": f"{'k' * 1100}: a\n",
    "end of a document": "a: b\n...\n---\nc: d\n",
    "directive": "%YAML 1.1\n---\na: b\n",
    "no YAML": "a: b: c\n",
    "lists in one line, at which yaml12 crashes": "-  " * 100_000 + "a\n",
    "empty keys in one line, at which yaml12 crashes": ": " * 100_000 + "a\n",
    "brackets": "[" * 100_000,
    "depth in lines": "".join(f"{' ' * level}a:\n" for level in range(300)),
    "depth in lists and maps": "".join(f"{' ' * level}- a:\n" for level in range(0, 120, 2)),
    "depth under what only looks like a block": "data:\n  - |\n  " + "- " * 100_000 + "a\n",
}


@pytest.mark.parametrize("text", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_doubtful(text: str) -> None:
    """Where yaml12 and go-yaml differ, or nobody made sure that they do not, the fast reader has no answer."""
    assert fast.read(text) is None


def test_misled_by_no_block() -> None:
    """Lines below an empty block that are not deeper than what holds it are no text: what is in them counts."""
    assert parse("spec:\n  a: |\n  mode: 0777\n") == {"spec": {"a": "", "mode": 511}}
    assert parse("volumes:\n- description: |\n  defaultMode: 0444\n") == {"volumes": [{"description": "", "defaultMode": 292}]}
    assert parse("- - |\n  - 010\n") == [["", 8]]
    with pytest.raises(ReadError, match="line 4, column 1: the key 'b' is already in this map, on line 3"):
        parse("a: |\n\nb: 1\nb: 2\n")
