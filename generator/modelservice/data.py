"""The project's own YAML and the pages of the checks: in bases, overlays and docs, beside this file in a wheel, at the top of a checkout.

They are read by the fast reader alone, anchors and all: their text is ours, and the tests read it with the full reader too.
"""

from __future__ import annotations

import os

from yaml12 import parse_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_ROOT = _HERE if os.path.isdir(os.path.join(_HERE, "bases")) else os.path.dirname(os.path.dirname(_HERE))
_DOCUMENTS: dict[str, Any] = {}


def document(*path: str) -> Any:
    """The one YAML document of a data file, such as ``document("bases", "deployment.yaml")``; read once, never to be changed.

    A file that is not there is a FileNotFoundError.
    """
    name = os.path.join(_ROOT, *path)
    if name not in _DOCUMENTS:
        _DOCUMENTS[name] = parse_yaml(_text(name))
    return _DOCUMENTS[name]


def text(*path: str) -> str:
    """The text of a data file, which need not be YAML."""
    return _text(os.path.join(_ROOT, *path))


def folder(*path: str) -> list[Any]:
    """The documents of all YAML files below a data folder, in the order of their paths."""
    name = os.path.join(_ROOT, *path)
    if name not in _DOCUMENTS:
        _DOCUMENTS[name] = parse_yaml("\n---\n".join(_text(file) for file in _files(name)), multi=True)
    return list(_DOCUMENTS[name])


def names(*path: str, ending: str = ".yaml") -> list[str]:
    """The names, without their ``ending``, of the YAML files, or others, in a data folder."""
    return [os.path.splitext(os.path.basename(file))[0] for file in _files(os.path.join(_ROOT, *path), ending)]


def paths(*path: str) -> list[str]:
    """The paths of the YAML files below a data folder, as in ``overlays/spec/1-fields.yaml``, in the order of ``folder``."""
    return [os.path.relpath(file, _ROOT).replace(os.sep, "/") for file in _files(os.path.join(_ROOT, *path))]


def _text(name: str) -> str:
    with open(name, "rb", buffering=0) as file:  # there are thirty of them, and this takes half the time
        return file.read().decode()


def _files(name: str, ending: str = ".yaml") -> list[str]:
    found = []
    for entry in sorted(os.scandir(name), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _files(entry.path, ending)
        elif entry.name.endswith(ending):
            found.append(entry.path)
    return found
