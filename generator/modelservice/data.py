"""The project's own YAML and the pages of the checks: in bases, overlays and docs, beside this file in a wheel, at the top of a checkout.

Dozens of YAML files take longer to read than one of JSON. So a build puts what they say, and the schemas without their words, into one file
beside this one: its first line says where the document of each file or folder begins and ends, and of what files it was made, as they were
then. In a checkout a document counts while these are so; else the YAML is read, by the fast reader alone, anchors and all: its text is
ours, and the tests read it with the full reader too.
"""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_ROOT = _HERE if os.path.isdir(os.path.join(_HERE, "bases")) else os.path.dirname(os.path.dirname(_HERE))
_DOCUMENTS: dict[tuple[str, ...], Any] = {}
BUILT = os.path.join(_HERE, "data.json")
_BUILT: list[Any] = []  # its first line, and the bytes of the others


def document(*path: str) -> Any:
    """The one YAML document of a data file, such as ``document("bases", "deployment.yaml")``; read once, never to be changed.

    A file that is not there is a FileNotFoundError.
    """
    if path not in _DOCUMENTS:
        found = built("/".join(path))
        _DOCUMENTS[path] = _parse(text(*path)) if found is None else found
    return _DOCUMENTS[path]


def folder(*path: str) -> list[Any]:
    """The documents of all YAML files below a data folder, in the order of their paths."""
    if path not in _DOCUMENTS:
        found = built("/".join(path))
        texts = (_text(file) for file in _files(os.path.join(_ROOT, *path))) if found is None else ()
        _DOCUMENTS[path] = _parse("\n---\n".join(texts), multi=True) if found is None else found
    return list(_DOCUMENTS[path])


def built(name: str) -> Any:
    """What the build made of a file or folder, or of a schema; None where it made nothing, or of something that has changed since."""
    if not _BUILT:
        _BUILT.extend(_read_built())
    place = _BUILT[0].get(name)
    if place is None or not all(_stamp(os.path.join(_ROOT, file)) == stamp for file, stamp in place["of"].items()):
        return None
    return json.loads(_BUILT[1][place["begin"] : place["end"]])


def write_built(documents: dict[str, Any], sources: dict[str, list[str]], path: str) -> None:
    """Write ``documents`` to ``path`` as what is built.

    Each counts until one of its ``sources``, files and folders of the checkout, changes; in a wheel nothing does, and none need be named.
    """
    lines = [json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() for content in documents.values()]
    places, begin = {}, 0
    for name, line in zip(documents, lines, strict=True):
        stamps = {file: _stamp(os.path.join(_ROOT, file)) for file in sources.get(name, ())}
        places[name] = {"begin": begin, "end": begin + len(line), "of": stamps}
        begin += len(line) + 1
    head = json.dumps(places, separators=(",", ":")).encode()
    with open(f"{path}.new", "wb") as file:
        file.write(b"\n".join([head, *lines]))
    os.replace(f"{path}.new", path)  # whoever reads it now has the old one whole


def text(*path: str) -> str:
    """The text of a data file, which need not be YAML."""
    return _text(os.path.join(_ROOT, *path))


def names(*path: str, ending: str = ".yaml") -> list[str]:
    """The names, without their ``ending``, of the YAML files, or others, in a data folder."""
    return [os.path.splitext(os.path.basename(file))[0] for file in _files(os.path.join(_ROOT, *path), ending)]


def paths(*path: str) -> list[str]:
    """The paths of the YAML files below a data folder, as in ``overlays/spec/1-fields.yaml``, in the order of ``folder``."""
    return [os.path.relpath(file, _ROOT).replace(os.sep, "/") for file in _files(os.path.join(_ROOT, *path))]


def _parse(text: str, *, multi: bool = False) -> Any:
    from yaml12 import parse_yaml  # noqa: PLC0415

    return parse_yaml(text, multi=multi)


def _read_built() -> tuple[dict[str, Any], bytes]:
    try:
        with open(BUILT, "rb", buffering=0) as file:
            head, _, lines = file.read().partition(b"\n")
        return json.loads(head), lines
    except FileNotFoundError:
        return {}, b""


def _stamp(name: str) -> list[int]:
    """What changes when a file does, or a folder's list of files."""
    try:
        found = os.stat(name)
    except FileNotFoundError:
        return []
    return [found.st_mtime_ns, found.st_size]


def _text(name: str) -> str:
    with open(name, "rb", buffering=0) as file:  # there are dozens of them, and this takes half the time
        return file.read().decode()


def _files(name: str, ending: str = ".yaml") -> list[str]:
    found = []
    for entry in sorted(os.scandir(name), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _files(entry.path, ending)
        elif entry.name.endswith(ending):
            found.append(entry.path)
    return found
