"""The tests of an image need the one that $MODELSERVICE_IMAGE names, and are not even collected without it."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("MODELSERVICE_IMAGE") else ["test_running_image.py"]
