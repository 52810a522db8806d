"""The page as one file of HTML that needs nothing else, and asks nobody for anything."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template
from typing import Any

from modelservice import __version__
from modelservice.graph.svg import STYLE
from modelservice.krm.writing import escaped

GENERATOR = "modelservice view"
MARK = f'<meta name="generator" content="{GENERATOR} '.encode()
_HERE = os.path.dirname(os.path.abspath(__file__))


def page(contents: dict[str, Any]) -> bytes:
    """The page that tells ``contents``. No text in these can become markup, or a script: they stand in JSON without any ``<``."""
    script = _part("page.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return (
        Template(_part("page.html"))
        .substitute(
            generator=f"{GENERATOR} {__version__}",
            policy="; ".join(
                [
                    "default-src 'none'",
                    f"script-src 'sha256-{digest}'",
                    "style-src 'unsafe-inline'",  # pictures bring theirs
                    "img-src data:",
                    "base-uri 'none'",
                    "form-action 'none'",
                ]
            ),
            title=escape(escaped(contents["title"])),
            style=f"{STYLE}\n{_part('page.css')}",
            contents=_json({**contents, "version": __version__}),
            script=script,
        )
        .encode()
    )


def is_page(beginning: bytes) -> bool:
    """Whether a file that begins so is a page."""
    return MARK in beginning


def _json(value: Any) -> str:
    """``value`` as JSON that can stand in a ``<script>``."""
    text = escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _part(name: str) -> str:
    with open(os.path.join(_HERE, name), encoding="utf-8") as file:
        return file.read()
