"""The page of `modelservice view`: one HTML file with objects, the stories of their values, their graph, results and differences.

What belongs here: what the page tells, as data, and the file itself. ``page.html``, ``page.css`` and ``page.js`` beside this are its parts.
"""

from __future__ import annotations

from modelservice.cli.page.contents import Against, contents
from modelservice.cli.page.html import is_page, page

__all__ = ["Against", "contents", "is_page", "page"]
