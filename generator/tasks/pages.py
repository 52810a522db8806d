"""Run the documents as their readers would, and write into them what commands print: `python generator/tasks/pages.py --kustomize PATH`.

In a page, a block with a title is a file, and a block titled `prints` is what the commands above it print, in which a line `…` stands
for any lines. The commands, `sh`, run in the order of the page, in a folder that is empty at first. A comment says where one ends with
another exit code than 0. Commands for a cluster, or a network, are left to the reader.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PAGES = [
    page
    for page in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    if page.parent.name != "checks"  # each of those has one form, which a test of its own takes apart
    and page.name != "take-over-a-helm-release.md"  # starts from a release in a cluster
]
BLOCK = re.compile(r"^( *)```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
EXIT_CODE = re.compile(r"# exit code (\d)")
STARTS = re.compile(r"(?:^|[|;&] *)([a-z][\w-]*)")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
ELSEWHERE = {"argocd", "crane", "docker", "flux", "helm", "kubectl", "make", "pip", *({"kpt"} if shutil.which("kpt") is None else ())}
PRINTS = "prints"
ANY_LINES = "…\n"


class Block(NamedTuple):
    """A block of a page: what it is, its text without the indentation of the page, and where that stands."""

    language: str
    title: str
    text: str
    margin: str
    start: int
    end: int


class PageError(Exception):
    """What a page says of a command is not what happens."""


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page, in their order."""
    for found in BLOCK.finditer(page):
        margin, language, title, text = found.groups()
        plain = "".join(line.removeprefix(margin) for line in text.splitlines(keepends=True))
        yield Block(language, title or "", plain, margin, *found.span(4))


def commands(text: str) -> list[str]:
    """The commands of a block, a line each; a backslash goes on in the next one."""
    return [line for line in text.replace("\\\n", "").splitlines() if line.strip() and not line.startswith("#")]


class Session:
    """A reader in an empty folder, with our commands, kustomize and the tools of the machine."""

    def __init__(self, folder: Path, kustomize: Path) -> None:
        tools = folder / ".tools"
        tools.mkdir()
        (tools / "kustomize").symlink_to(kustomize)
        self.folder = folder / "work"
        self.folder.mkdir()
        self.environment = {
            "PATH": os.pathsep.join([str(BIN), str(tools), os.environ["PATH"]]),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": "120",
            **{f"GIT_{who}_{what}": "reader@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def run(self, command: str) -> str:
        """What a command prints, on both streams; nothing where it cannot run here."""
        if any(program in ELSEWHERE for program in STARTS.findall(QUOTED.sub("", command))):
            return ""
        done = subprocess.run(
            ["/bin/bash", "-o", "pipefail", "-c", command],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environment,
        )
        codes = EXIT_CODE.findall(command) or ["0"]
        if str(done.returncode) not in codes:
            raise PageError(f"{command}\nends with {done.returncode}, and not {codes[0]}:\n{done.stdout}")
        return done.stdout

    def write(self, name: str, text: str) -> None:
        """Write a file, and the folders that it is in."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def played(page: str, folder: Path, kustomize: Path) -> str:
    """The page with what its commands print now; what it leaves out stays left out, as long as the rest is right."""
    session, said, written, last = Session(folder, kustomize), "", [], 0
    for block in blocks(page):
        if block.title == PRINTS:
            if not agrees(block.text, said):
                written += [page[last : block.start], indent(said, block.margin)]
                last = block.end
        elif block.title:
            session.write(block.title, block.text)
        elif block.language == "sh":
            said = "".join(session.run(command) for command in commands(block.text))
    return "".join([*written, page[last:]])


def agrees(shown: str, said: str) -> bool:
    """Whether a page shows what is said; `…` is any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == ANY_LINES else re.escape(line) for line in shown.splitlines(keepends=True))
    return re.fullmatch(pattern, said) is not None


def main(pages: Sequence[Path], kustomize: Path) -> None:
    """Write into the pages what their commands print."""
    for page in pages:
        before = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            try:
                after = played(before, Path(folder), kustomize)
            except PageError as error:
                sys.exit(f"{page.relative_to(ROOT)}: {error}")
        page.write_text(after, encoding="utf-8")
    sys.stdout.write("docs: what commands print is up to date\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kustomize", type=Path, required=True, help="the kustomize to build with")
    parser.add_argument("pages", type=Path, nargs="*", help="all, where none is named")
    given = parser.parse_args()
    main([page.absolute() for page in given.pages] or PAGES, given.kustomize.absolute())
