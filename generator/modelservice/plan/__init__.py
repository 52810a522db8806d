"""Facts and parameters: what a config means, computed.

What belongs here: what cannot be said in an overlay. Nothing here makes or changes a Kubernetes object.
"""

from modelservice.plan.scopes import Scope
from modelservice.plan.service import Plan

__all__ = ["Plan", "Scope"]
