"""Files of digests: lines ``IMAGE@sha256:…``, as tools print them, or a map of YAML, ``IMAGE: sha256:…``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelservice.cli.files import content_of, stop_at
from modelservice.inventory.digests import DIGEST
from modelservice.krm import ReadError, read_documents
from modelservice.texts import shown

LINE = re.compile(r"\s*([^\s#]\S*)@(\S+)\s*(?:#.*)?")
NOTHING = re.compile(r"\s*(?:#.*)?")
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
            problems.append(f"{place}: error: {image}: is {shown(digest)}; {RIGHT} [images]")
        elif digests.setdefault(image, digest) != digest:
            problems.append(f"{place}: error: {image}: has another digest above; leave one of them out [images]")
    if problems:
        stop_at(problems)
    if not digests:
        stop_at([f"{name}:1:1: error: there is no digest in it; write lines IMAGE@sha256:…, or a map of IMAGE: sha256:… [images]"])
    return digests


def _in_map(content: bytes, name: str) -> Iterator[tuple[str, str, object]]:
    try:
        documents = read_documents(content, name)
    except ReadError as error:
        stop_at([f"{error.name}:{error.line}:{error.column}: error: {error.problem} [yaml]"])
    for document in documents:
        if not isinstance(document.value, dict):
            what = f"this is {shown(document.value)}; must be lines IMAGE@sha256:…, or a map of IMAGE: sha256:… [images]"
            stop_at([f"{document.place()}: error: {what}"])
        for image, digest in document.value.items():
            yield document.place(image), str(image), digest
