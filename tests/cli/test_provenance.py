"""modelservice render --provenance: the same YAML, with comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.layered import arguments
from tests.cli.terminal import call, service, written

from modelservice.krm import full, parse_all

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted({path.parent for path in ROOT.glob("examples/**/*.yaml") if "modelArtifacts" in path.read_text(encoding="utf-8")})


def without(line: str, plain: str) -> str:
    """Return a line without the comment that is behind what it has ``plain``."""
    assert line == plain or line.startswith(f"{plain} # ")
    return plain


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_the_yaml_is_unchanged(folder: Path) -> None:
    """Without comments it is what render prints, line by line, and each value has its comment."""
    plain, commented = call("render", str(folder)), call("render", str(folder), "--provenance")
    assert (commented.code, commented.stderr) == (plain.code, plain.stderr)
    lines = zip(commented.stdout.splitlines(), plain.stdout.splitlines(), strict=True)
    assert "\n".join(without(*pair) for pair in lines) == plain.stdout.rstrip("\n")
    assert parse_all(commented.stdout) == parse_all(plain.stdout)


def test_every_layer_is_named(tmp_path: Path) -> None:
    """A value has who set it, and over whom, on one line, whatever it holds; every reader sees what it saw before."""
    given = arguments(tmp_path)
    plain, commented = call("render", *given), call("render", *given, "--provenance")
    assert parse_all(commented.stdout) == parse_all(plain.stdout) == [node.value for node in full.read(commented.stdout)]
    assert [line.strip() for line in commented.stdout.replace(f"{tmp_path}/", "").splitlines() if "replicas:" in line] == [
        "replicas: 4 # layer.yaml:1:10 decode.replicas, over llama.yaml:15:5 decode.replicas, "
        "over beside.yaml:8:14 defaults.decode.replicas (profile acme), over profile llm-d decode.replicas, over bases/deployment.yaml"
    ]
    assert "  text: | # llama.yaml:21:79 extraObjects[0].data.text\n    one # two\n    three\n" in commented.stdout.replace(
        f"{tmp_path}/", ""
    )


def test_a_setting_with_line_breaks_stays_a_comment(tmp_path: Path) -> None:
    """What a command line says may hold anything; a comment is one line."""
    file = written(tmp_path, "a.yaml", service())
    value = "decode.podAnnotations={a: 'one # two', b: \"x\\ny\"}\n# more"
    plain, commented = (call("render", file, "--set", value, *more) for more in ([], ["--provenance"]))
    assert parse_all(commented.stdout) == parse_all(plain.stdout)


def test_it_goes_to_stdout_alone(tmp_path: Path) -> None:
    """Files are compared by their bytes, run by run: they have no comments."""
    said = call("render", written(tmp_path, "a.yaml", service()), "--provenance", "-o", str(tmp_path / "out"))
    assert said.code == 2
    assert "goes without -o" in said.stderr
    assert not (tmp_path / "out").exists()
