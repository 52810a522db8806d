"""What the how-to pages show and no command on them prints: parts of ModelServices, the options of commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.terminal import call, written

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
PAGES = sorted(HOW_TO.glob("*.md"))
TAKE_OVER, ROUTE = HOW_TO / "take-over-a-helm-release.md", HOW_TO / "route-requests.md"


def test_the_values_become_what_is_said_of_them(tmp_path: Path) -> None:
    """Those of take-over-a-helm-release, which nothing keeps from rendering."""
    values, service = re.findall(r"^```yaml\n(.*?)^```", TAKE_OVER.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    said = call("convert", written(tmp_path, "values.yaml", values), "--release", "chat", "--chart-version", "0.4.16")
    assert said.stdout == service
    assert call("render", "-", stdin=service).code == 0


def test_routing_is_what_is_said_of_it(tmp_path: Path) -> None:
    """The service of route-requests, alone and with each of the parts that the page adds, has nothing to tell; the graph is the page's."""
    text = ROUTE.read_text(encoding="utf-8")
    service, *parts = re.findall(r"```yaml(?: title=\S+)?\n(.*?)```", text, re.DOTALL)
    (graph,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    said = call("graph", written(tmp_path, "chat.yaml", service)).stdout
    assert all(line in said for line in graph.splitlines())
    assert call("validate", str(tmp_path / "chat.yaml"), "--severity", "info").stdout == ""
    assert len(parts) == 5
    for index, part in enumerate(parts):
        lines = [line[2:] for line in part.splitlines()]
        spec = "\n".join(["routing:", *lines] if lines[0].startswith("  ") else lines)
        layer = written(tmp_path, f"part-{index}.yaml", f"{spec}\n")
        made = call("render", str(tmp_path / "chat.yaml"), "-f", layer)
        assert (made.code, made.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_are_there(page: Path) -> None:
    """With the options that the page gives them."""
    text = page.read_text(encoding="utf-8")
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
