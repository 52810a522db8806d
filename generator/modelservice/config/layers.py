"""Layers of a spec: the profile's defaults below, what the user wrote on top: maps merge, lists replace, null deletes.

The rules are written down (specification: Layers).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Spec = dict[str, Any]

LISTED = ("presets", "overlays", "patches")  # of a profile they come before the service's own


def merge(defaults: Spec, own: Spec) -> Spec:
    """``own`` over ``defaults``: maps merge, anything else replaces, null deletes. Neither is changed.

    A map that has no default is taken as it is, nulls included: it may be a patch (extraConfig), where null means something.
    """
    merged = dict(defaults)
    for key, value in own.items():
        default = defaults.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(default, dict):
            merged[key] = merge(default, value)
        else:
            merged[key] = value
    return merged


def over(below: Spec, above: Spec) -> Spec:
    """``above`` over ``below``: maps merge, anything else replaces; null stays, to delete what may be further down."""
    merged = dict(below)
    for key, value in above.items():
        old = below.get(key)
        merged[key] = over(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return merged


def patched(document: Spec, layer: Spec) -> Spec:
    """``document`` with ``layer`` over it, as kustomize patches it: maps merge, all else replaces, null deletes and leaves nothing."""
    merged = dict(document)
    for key, value in layer.items():
        below = document.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = patched(below if isinstance(below, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def inherited(defaults: Spec, own: Spec) -> Spec:
    """What is left of ``defaults`` once ``own`` has taken its keys: the fields of ``merge(defaults, own)`` that the user did not write."""
    left = {}
    for key, value in defaults.items():
        if key not in own:
            left[key] = value
        elif isinstance(value, dict) and isinstance(own[key], dict):
            left[key] = inherited(value, own[key])
    return left


def behind(defaults: Spec, own: Spec) -> Spec:
    """``own`` with its presets, overlays and patches behind those of ``defaults``."""
    together = {key: [*defaults[key], *own[key]] for key in LISTED if isinstance(own.get(key), list) and defaults.get(key)}
    return {**own, **together} if together else own
