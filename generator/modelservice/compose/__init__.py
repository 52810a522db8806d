"""Bases and overlays put together.

What belongs here: reading overlays, choosing them by facts, filling them with parameters, merging them. Facts are planned before.
"""

from modelservice.compose.compose import compose
from modelservice.compose.composition import Composition
from modelservice.compose.overlays import Overlay

__all__ = ["Composition", "Overlay", "compose"]
