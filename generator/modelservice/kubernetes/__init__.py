"""What Kubernetes says of its objects: fields and types, names, quantities, and what its API server refuses beyond them.

What belongs here: what holds of any object, whoever wrote it, as data and small rules. Not what a ModelService is, nor how one object fits
another.
"""

from __future__ import annotations

from modelservice.kubernetes.objects import Problem, known_versions, problems

__all__ = ["Problem", "known_versions", "problems"]
