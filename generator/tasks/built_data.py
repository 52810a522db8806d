"""Make data.json, what bases, overlays and schemas say in one file that is quick to read: `python generator/tasks/built_data.py`.

It is not committed: `make bytecode` makes it for a checkout, and the build of a wheel for that (hatchling calls ``initialize``).
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "generator"))  # of the build of a wheel, which has nothing installed

from modelservice import data  # noqa: E402

Schema = dict[str, Any]

FOLDERS = ("overlays/automatic", "overlays/modes", "overlays/spec")  # each read as a whole
FILES = ("bases", "overlays/presets")  # in which each file is read for itself
SCHEMAS = ("modelservice", "overlay", "profile")
WORDS = ("title", "description", "default", "examples", "x-must-be", "$schema")


def documents() -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return what each file, folder and schema says, and of which files and folders that is made."""
    found: dict[str, Any] = {}
    sources: dict[str, list[str]] = {}
    for folder in FOLDERS:
        found[folder] = data.folder(*folder.split("/"))
        inner = [path for path in (ROOT / folder).rglob("*") if path.is_dir()]
        sources[folder] = [folder, *sorted(path.relative_to(ROOT).as_posix() for path in inner), *data.paths(*folder.split("/"))]
    for file in (file for folder in FILES for file in data.paths(*folder.split("/"))):
        found[file], sources[file] = data.document(*file.split("/")), [file]
    for name in SCHEMAS:
        file = f"generator/modelservice/config/{name}.schema.json"
        found[f"{name}.schema.json"] = without_words(json.loads((ROOT / file).read_text(encoding="utf-8")))
        sources[f"{name}.schema.json"] = [file]
    return found, sources


def without_words(schema: Any) -> Any:
    """Return a schema without what is for people: a yes or no needs no words."""
    if not isinstance(schema, dict):
        return schema
    kept: Schema = {key: value for key, value in schema.items() if key not in WORDS}
    for key in ("properties", "$defs"):
        if key in kept:
            kept[key] = {name: without_words(node) for name, node in kept[key].items()}
    for key in ("items", "additionalProperties"):
        if key in kept:
            kept[key] = without_words(kept[key])
    if "anyOf" in kept:
        kept["anyOf"] = [without_words(node) for node in kept["anyOf"]]
    return kept


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the file into a wheel; an editable install is a checkout, whose own is made by `make`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make it, and name it to hatchling."""
        if self.target_name == "wheel" and version != "editable":
            self.made = tempfile.TemporaryDirectory()
            path = f"{self.made.name}/data.json"
            data.write_built(documents()[0], {}, path)
            build_data["force_include"][path] = "modelservice/data.json"


if __name__ == "__main__":
    data.write_built(*documents(), data.BUILT)
