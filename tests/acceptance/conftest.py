"""Acceptance tests need the folder that $MODELSERVICE_SHARED names, and are not even collected without it."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("MODELSERVICE_SHARED") else ["test_*.py"]
