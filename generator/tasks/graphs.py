"""Draw the graph of every example, and write docs/examples.md, which shows them: `python generator/tasks/graphs.py --kustomize PATH`.

Drawn is what kustomize builds, with the prefixes, labels and patches of the example.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from modelservice.graph import graph_of, svg
from modelservice.krm import parse_all

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/**/README.md"))
GUIDES = ROOT / "examples" / "guides"
PICTURE = "graph.svg"
INTRODUCTION = """\
# Examples

Each is small and complete. The pictures show the objects that it becomes and how they find one another; dashed is what is not part of it,
and has to be in the cluster. `modelservice graph` draws them.
"""
OF_GUIDES = """\
# Guides

llm-d's guides, and the same for Furiosa's RNGD: each is a ModelService with all that stands between a Gateway and its pods. What it takes
the place of was counted without empty lines and comments; the README of each names the files.

| guide | lines of its spec | takes the place of |
|---|---|---|
"""


def built(example: Path, kustomize: Path) -> str:
    """What kustomize builds in a folder."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    build = [str(kustomize), "build", "--enable-alpha-plugins", "--enable-exec", str(example)]
    return subprocess.run(build, check=True, capture_output=True, env=environment).stdout.decode()


def picture(objects: str) -> str:
    """The graph of a stream of objects, as SVG."""
    return svg(graph_of(parse_all(objects)))


def overview() -> str:
    """The page that shows all examples, then the guides among them, with a table."""
    guides = [example for example in EXAMPLES if example.parent == GUIDES]
    others = [example for example in EXAMPLES if example not in guides]
    table = OF_GUIDES + "".join(map(row, guides))
    return "\n".join([INTRODUCTION, *map(section, others), table, *map(section, guides)])


def section(example: Path) -> str:
    """Title and first paragraph of an example's README, and the picture."""
    title, paragraph, *_ = (example / "README.md").read_text(encoding="utf-8").split("\n\n")
    folder = f"../{example.relative_to(ROOT)}"
    shown = f"[![What {example.name} becomes]({folder}/{PICTURE})]({folder}/{PICTURE})"
    return f"## [{title.removeprefix('# ')}]({folder}/README.md)\n\n{paragraph.strip()}\n\n{shown}\n"


def row(guide: Path) -> str:
    """How long the spec of a guide is, and what it takes the place of, as its README says."""
    readme = (guide / "README.md").read_text(encoding="utf-8")
    (lines, what) = re.findall(r"takes\s+the\s+place\s+of\s+(?:the\s+)?(\d+)\s+lines\s+of\s+(objects|\[llm-d's guide\])", readme)[0]
    spec = (guide / "modelservice.yaml").read_text(encoding="utf-8").partition("\nspec:\n")[2]
    others = f"{lines} lines of objects" if what == "objects" else f"{lines} lines of llm-d's guide"
    return f"| [{guide.name}](../{guide.relative_to(ROOT)}/README.md) | {len(spec.splitlines())} | {others} |\n"


def main() -> None:
    """Write the pictures into the examples, and the page into docs."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kustomize", type=Path, required=True, help="the kustomize to build with")
    kustomize = arguments.parse_args().kustomize.absolute()
    for example in EXAMPLES:
        (example / PICTURE).write_text(picture(built(example, kustomize)), encoding="utf-8")
    (ROOT / "docs" / "examples.md").write_text(overview(), encoding="utf-8")
    sys.stdout.write("docs/examples.md: the graphs of the examples are up to date\n")


if __name__ == "__main__":
    main()
