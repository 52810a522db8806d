"""Draw the graph of every example, and write docs/examples.md, which shows them: `python generator/tasks/graphs.py --kustomize PATH`.

Drawn is what kustomize builds, with the prefixes, labels and patches of the example.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/kustomization.yaml"))
PICTURE = "graph.svg"
INTRODUCTION = """\
# Examples

Each is small and complete. The pictures show the objects that it becomes and how they find one another; dashed is what is not part of it,
and has to be in the cluster. `modelservice graph` draws them.
"""


def picture(example: Path, kustomize: Path) -> str:
    """The graph of what kustomize builds in a folder, as SVG."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    build = [str(kustomize), "build", "--enable-alpha-plugins", "--enable-exec", str(example)]
    built = subprocess.run(build, check=True, capture_output=True, env=environment).stdout
    graph = [str(BIN / "modelservice"), "graph", "-", "--output", "svg"]
    return subprocess.run(graph, check=True, capture_output=True, input=built).stdout.decode()


def overview() -> str:
    """The page that shows all examples: title and first paragraph of each README, and the picture."""
    sections = []
    for example in EXAMPLES:
        title, paragraph, *_ = (example / "README.md").read_text(encoding="utf-8").split("\n\n")
        folder = f"../examples/{example.name}"
        shown = f"[![What {example.name} becomes]({folder}/{PICTURE})]({folder}/{PICTURE})"
        sections.append(f"## [{title.removeprefix('# ')}]({folder}/README.md)\n\n{paragraph.strip()}\n\n{shown}\n")
    return "\n".join([INTRODUCTION, *sections])


def main() -> None:
    """Write the pictures into the examples, and the page into docs."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kustomize", type=Path, required=True, help="the kustomize to build with")
    kustomize = arguments.parse_args().kustomize.absolute()
    for example in EXAMPLES:
        (example / PICTURE).write_text(picture(example, kustomize), encoding="utf-8")
    (ROOT / "docs" / "examples.md").write_text(overview(), encoding="utf-8")
    sys.stdout.write("docs/examples.md: the graphs of the examples are up to date\n")


if __name__ == "__main__":
    main()
