"""Makes the bill of materials of a release: what is installed beside modelservice, in which versions, from files with which digests.

It is what requirements-run.lock says, as CycloneDX 1.6 in JSON; the image, the zip and plugins/argocd install by that file. The same
lock file gives the same bytes: there is no time and no random number in it. packages.py writes it.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import modelservice

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements-run.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OF_THE_CLI = {"rich", "typer"}  # what modelservice-fn never imports
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+?))? \\")

Map = dict[str, Any]


class Pin(NamedTuple):
    """One package of the lock file: where it is needed (a marker, else everywhere), its files' SHA-256, and which packages need it."""

    version: str
    marker: str
    digests: list[str]
    needed_by: list[str]


def pins(text: str) -> dict[str, Pin]:
    """The packages of a lock file that `uv pip compile` wrote, by name."""
    found: dict[str, Pin] = {}
    for line in text.splitlines():
        if match := PIN.fullmatch(line):
            found[match["name"]] = latest = Pin(match["version"], match["marker"] or "", [], [])
        elif digest := re.search(r"--hash=sha256:([0-9a-f]{64})", line):
            latest.digests.append(digest[1])
        elif parent := re.fullmatch(r" +#(?: via)? +([\w.-]+)(?: \(pyproject\.toml\))?", line):
            latest.needed_by.append(parent[1])
    return found


def direct(*, function: bool) -> list[str]:
    """The packages that pyproject.toml asks for, or those of them that the function imports."""
    names = [normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in PROJECT["dependencies"]]
    return [name for name in names if not function or name not in OF_THE_CLI]


def normal(name: str) -> str:
    """A package's name as an index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill(*, function: bool = False) -> Map:
    """The bill of materials of the package, or of its function alone."""
    locked = pins(LOCK.read_text(encoding="utf-8"))
    needs = {name: sorted(other for other in locked if name in locked[other].needed_by) for name in locked}
    wanted: set[str] = set()
    reached = direct(function=function)
    while reached:
        name = reached.pop()
        reached += [] if name in wanted else needs[name]
        wanted.add(name)
    ours = f"pkg:pypi/modelservice@{modelservice.__version__}"
    licence = [{"license": {"id": PROJECT["license"]}}]
    component = {"type": "application", "name": "modelservice", "version": modelservice.__version__, "licenses": licence}
    graph = {ours: direct(function=function), **{_url(name, locked[name]): needs[name] for name in sorted(wanted)}}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**component, "bom-ref": ours, "purl": ours}},
        "components": [_component(name, locked[name]) for name in sorted(wanted)],
        "dependencies": [{"ref": url, "dependsOn": sorted(_url(each, locked[each]) for each in names)} for url, names in graph.items()],
    }


def _component(name: str, pin: Pin) -> Map:
    url = _url(name, pin)
    files = {"type": "distribution", "url": url, "hashes": [{"alg": "SHA-256", "content": digest} for digest in pin.digests]}
    only = {"scope": "optional", "properties": [{"name": "modelservice:marker", "value": pin.marker}]} if pin.marker else {}
    head = {"type": "library", "bom-ref": url, "name": name, "version": pin.version, "purl": url}
    return {**head, "externalReferences": [files], **only}


def _url(name: str, pin: Pin) -> str:
    return f"pkg:pypi/{name}@{pin.version}"
