"""Patches for Kubernetes objects: strategic merge and JSON6902, as kustomize applies them, with nothing lost in silence.

The package knows Kubernetes and nothing else of this project; it can be used alone, on any object that is plain dicts,
lists and scalars. Reading and writing YAML, and finding the objects that a patch is for, do not belong here.
"""

from __future__ import annotations

from modelservice.patch.errors import PatchError
from modelservice.patch.json6902 import json_patch
from modelservice.patch.strategic import strategic_merge

__all__ = ["PatchError", "json_patch", "strategic_merge"]
