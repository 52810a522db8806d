"""Two streams of Kubernetes objects compared by what they mean, and what a change does to what runs.

What belongs here: objects and what Kubernetes says of them. Not where they come from, nor how the answer is printed.
"""

from __future__ import annotations

from modelservice.comparison.fields import Change
from modelservice.comparison.impact import Impact
from modelservice.comparison.objects import ObjectChange, compare

__all__ = ["Change", "Impact", "ObjectChange", "compare"]
