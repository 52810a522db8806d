"""The project's own YAML files: how they are read."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from yaml12 import parse_yaml

from modelservice import data
from modelservice.krm import full, parse

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted([*ROOT.glob("bases/**/*.yaml"), *ROOT.glob("overlays/**/*.yaml")])


def name_of(file: Path) -> str:
    """Return the path of a file within the checkout."""
    return str(file.relative_to(ROOT))


def test_there_are_files() -> None:
    """The tests below have something to look at."""
    assert len(FILES) > 20


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_file_reads_the_same_by_every_reader(file: Path) -> None:
    """The fast reader alone reads our files, anchors and all: it must see what the full reader sees, and what users would."""
    found = data.document(*file.relative_to(ROOT).parts)
    text = file.read_text(encoding="utf-8")
    assert [node.value for node in full.read(text)] == [found]
    assert parse(text) == found == parse_yaml(text)


def test_a_document_is_read_once() -> None:
    """Reading again gives the same object: it is shared, and never to be changed."""
    assert data.document("bases", "deployment.yaml") is data.document("bases", "deployment.yaml")


def test_a_file_that_is_not_there_is_an_error() -> None:
    """There is no silent nothing."""
    with pytest.raises(FileNotFoundError):
        data.document("bases", "nonsense.yaml")


@pytest.mark.parametrize("folder", [("overlays", "automatic"), ("overlays", "spec"), ("overlays", "presets"), ("bases",)])
def test_a_folder_is_its_files_in_the_order_of_their_paths(folder: tuple[str, ...]) -> None:
    """All files below it, read at once, are what each is alone; the list is the caller's own."""
    files = sorted(ROOT.joinpath(*folder).rglob("*.yaml"), key=lambda file: file.relative_to(ROOT).parts)
    expected = [parse(file.read_bytes()) for file in files]
    found = data.folder(*folder)
    assert found == expected
    found.clear()
    assert data.folder(*folder) == expected


def test_names_are_those_of_the_files() -> None:
    """Names come without their ending, in order."""
    assert data.names("bases", "profiles") == ["furiosa-2026.3", "furiosa", "llm-d"]
    assert data.names("overlays", "presets") == [
        file.stem for file in sorted(ROOT.glob("overlays/presets/*.yaml"), key=lambda file: file.name)
    ]


def test_presets_of_the_issue_are_there() -> None:
    """At least these six ship with the project."""
    assert {"rngd-tolerations", "nvidia-tolerations", "shm", "probes", "graceful-shutdown", "hardened"} <= set(
        data.names("overlays", "presets")
    )


def test_documents_stay_as_they_were_read() -> None:
    """Reading one file leaves the others alone."""
    before = copy.deepcopy(data.document("bases", "profiles", "furiosa.yaml"))
    data.folder("overlays", "automatic")
    assert data.document("bases", "profiles", "furiosa.yaml") == before


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with a file and a folder, about which what was built says another thing."""
    (tmp_path / "bases").mkdir()
    (tmp_path / "overlays").mkdir()
    for name in ("bases/one.yaml", "overlays/one.yaml"):
        (tmp_path / name).write_text("of: yaml\n", encoding="utf-8")
    monkeypatch.setattr(data, "_ROOT", str(tmp_path))
    monkeypatch.setattr(data, "BUILT", str(tmp_path / "data.json"))
    monkeypatch.setattr(data, "_BUILT", [])
    monkeypatch.setattr(data, "_DOCUMENTS", {})
    sources = {"bases/one.yaml": ["bases/one.yaml"], "overlays": ["overlays", "overlays/one.yaml"]}
    data.write_built({"bases/one.yaml": {"of": "build"}, "overlays": [{"of": "büild"}]}, sources, data.BUILT)
    return tmp_path


@pytest.mark.usefixtures("checkout")
def test_what_was_built_is_read() -> None:
    """While the files are what they were."""
    assert data.document("bases", "one.yaml") == {"of": "build"}
    assert data.folder("overlays") == [{"of": "büild"}]
    assert data.built("overlays/one.yaml") is None


def test_what_was_changed_since_is_read_anew(checkout: Path) -> None:
    """Whoever edits YAML sees the effect at once."""
    (checkout / "bases" / "one.yaml").write_text("of: somebody\n", encoding="utf-8")
    assert data.document("bases", "one.yaml") == {"of": "somebody"}
    assert data.folder("overlays") == [{"of": "büild"}]
    data._DOCUMENTS.clear()
    (checkout / "overlays" / "two.yaml").write_text("of: two\n", encoding="utf-8")
    assert data.folder("overlays") == [{"of": "yaml"}, {"of": "two"}]


def test_what_is_gone_is_not_there(checkout: Path) -> None:
    """Though it was when that was built."""
    (checkout / "bases" / "one.yaml").unlink()
    with pytest.raises(FileNotFoundError):
        data.document("bases", "one.yaml")


def test_without_a_build_all_is_read(checkout: Path) -> None:
    """A checkout need not have one."""
    (checkout / "data.json").unlink()
    assert data.document("bases", "one.yaml") == {"of": "yaml"}
    assert data.folder("overlays") == [{"of": "yaml"}]
