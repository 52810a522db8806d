"""The how-to pages say only what is true: their examples are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.terminal import call, written

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
PAGES = sorted(HOW_TO.glob("*.md"))
TAKE_OVER = HOW_TO / "take-over-a-helm-release.md"


def test_the_values_become_what_is_said_of_them(tmp_path: Path) -> None:
    """Those of take-over-a-helm-release, which nothing keeps from rendering."""
    values, service = re.findall(r"^```yaml\n(.*?)^```", TAKE_OVER.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    said = call("convert", written(tmp_path, "values.yaml", values), "--release", "chat", "--chart-version", "0.4.12")
    assert said.stdout == service
    assert call("render", "-", stdin=service).code == 0


def test_the_commands_are_there() -> None:
    """With the options that the page gives them."""
    text = TAKE_OVER.read_text(encoding="utf-8")
    for command in sorted(set(re.findall(r"^ *modelservice (\w+)", text, re.MULTILINE))):
        said = call(command, "--help")
        assert said.code == 0
        for line in re.findall(rf"^ *modelservice {command} (.*?)(?: \||  +#|$)", text, re.MULTILINE):
            assert all(option in said.stdout for option in re.findall(r"--[a-z-]+", line))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_services_render(page: Path, tmp_path: Path) -> None:
    """Each ModelService of a page becomes what runs, and nothing is told of it; a part of one goes over the one before it."""
    service = None
    for number, text in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)):
        if "kind: ModelService" in text:
            service = written(tmp_path, f"{number}.yaml", text)
            said = call("render", service)
        elif service is not None and re.match(r"(decode|engine|overlays|patches|prefill|routing|spec):", text):
            said = call("render", service, "-f", written(tmp_path, f"{number}.yaml", text))
        else:
            continue
        assert said.code == 0, said.stderr
        assert [line for line in said.stderr.splitlines() if ": warning: " in line and "[image-tag]" not in line] == []
