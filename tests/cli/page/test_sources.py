"""The texts of files, without what is secret in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelservice.cli.page.sources import NOT_SHOWN, Sources, without_secrets
from modelservice.krm import read_documents, write_yaml
from modelservice.package.secrecy import MARK


def shown(text: str) -> str:
    """Return a file as it is shown."""
    return without_secrets(read_documents(text, "a.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b # c\n", "a: b # c\n"),
        ("password: swordfish\nb: c\n", f"password: {MARK}\nb: c\n"),
        ("- {name: TOKEN, value: swordfish, x: y}\n- a\n", f"- {{name: TOKEN, value: {MARK}\n- a\n"),
        ("a:\n  password: |\n    swordfish\n\n    two\n  b: c\n", f"a:\n  password: {MARK}\n\n\n\n  b: c\n"),
        ("args:\n- --api-key\n- swordfish\n- --port\n", f"args:\n- --api-key\n- {MARK}\n- --port\n"),
        ("args:\n- --api-key=swordfish\n", f"args:\n- {MARK}\n"),
        ("b: c # password: swordfish\n", f"b: c # password: {MARK}\n"),
        ('"a: password": swordfish\n', f'"a: password": {MARK}\n'),
        ("password:\n  swordfish\nother: 1\n", f"password: {MARK}\n\nother: 1\n"),
    ],
)
def test_what_is_secret_is_not_shown(text: str, expected: str) -> None:
    """Lines keep their numbers, since places are lines."""
    assert shown(text).split("\n") == expected.split("\n")


def test_a_file_that_says_a_secret_elsewhere_is_not_shown() -> None:
    """Where it is a comment, or a text of something else."""
    assert shown("password: swordfish\n# it is swordfish\n") == NOT_SHOWN


@given(st.text(min_size=4, max_size=40), st.sampled_from(["PASSWORD", "API_TOKEN", "MY_SECRET"]))
def test_no_secret_gets_through(secret: str, name: str) -> None:
    """In whatever form YAML writes it."""
    text = write_yaml({"env": [{"name": name, "value": f"s3{secret}"}], "z": 1})
    found = shown(text)
    assert MARK in found or found == NOT_SHOWN
    assert f"s3{secret}" not in found


def test_which_lines_of_which_files_a_place_is() -> None:
    """A line of a file that was given, or of one of ours by its field; nothing else is a place in a file."""
    sources = Sources(read_documents("a: 1\nb: 2\n", "bases/own.yaml"))
    assert sources.at("bases/own.yaml:2:1") == (0, 2)
    assert sources.at("--set a.b=bases/own.yaml:2:1") is None
    assert sources.at("other.yaml:2:1") is None
    file, line = sources.at("bases/deployment.yaml", "spec.replicas") or (0, 0)
    assert sources.files[file]["text"].split("\n")[line - 1].strip().startswith("replicas:")
    assert [(one["name"], one["ours"]) for one in sources.files] == [("bases/own.yaml", False), ("bases/deployment.yaml", True)]
