"""Files of digests: lines ``IMAGE@sha256:…``, as tools print them, or a map of YAML, ``IMAGE: sha256:…``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelservice.cli.files import content_of, stop_at
from modelservice.cli.messages import error_at
from modelservice.inventory.digests import DIGEST
from modelservice.krm import ReadError, read_documents
from modelservice.texts import shown

LINE = re.compile(r"\s*([^\s#]\S*)@(\S+)\s*(?:#.*)?")
NOTHING = re.compile(r"\s*(?:#.*)?")
CHECK = "images"
RIGHT = "must be sha256: and 64 hexadecimal digits"


def digests_in(file: str) -> dict[str, str]:
    """The digests in a file by the names of their images; ends the command where the file is wrong."""
    content, name = content_of(file), "<stdin>" if file == "-" else file
    lines = content.decode(errors="replace").splitlines()
    matches = [(number, LINE.fullmatch(line)) for number, line in enumerate(lines, 1) if not NOTHING.fullmatch(line)]
    if all(match is not None for _, match in matches):
        entries = [(f"{name}:{number}:1", match[1], match[2]) for number, match in matches if match is not None]
    else:
        entries = [*_in_map(content, name)]
    problems = []
    digests: dict[str, str] = {}
    for place, image, digest in entries:
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            problems.append(error_at(place, f"{image}: is {shown(digest)}; {RIGHT}", CHECK))
        elif digests.setdefault(image, digest) != digest:
            problems.append(error_at(place, f"{image}: has another digest above; leave one of them out", CHECK))
    if problems:
        stop_at(problems)
    if not digests:
        stop_at([error_at(f"{name}:1:1", "there is no digest in it; write lines IMAGE@sha256:…, or a map of IMAGE: sha256:…", CHECK)])
    return digests


def _in_map(content: bytes, name: str) -> Iterator[tuple[str, str, object]]:
    try:
        documents = read_documents(content, name)
    except ReadError as error:
        stop_at([error_at(f"{error.name}:{error.line}:{error.column}", error.problem, "yaml")])
    for document in documents:
        if not isinstance(document.value, dict):
            what = f"this is {shown(document.value)}; must be lines IMAGE@sha256:…, or a map of IMAGE: sha256:…"
            stop_at([error_at(document.place(), what, CHECK)])
        for image, digest in document.value.items():
            yield document.place(image), str(image), digest
