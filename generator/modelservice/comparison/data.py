"""The tables beside this file, read when they are first asked for."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The content of a data file; never to be changed."""
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content
