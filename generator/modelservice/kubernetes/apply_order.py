"""The order in which objects may be applied: what others need comes first (specification: Objects)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ORDER = (
    ("Namespace",),
    ("CustomResourceDefinition", "PriorityClass", "RuntimeClass", "StorageClass", "DeviceClass", "ResourceQuota", "LimitRange"),
    ("ServiceAccount",),
    ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
    ("ConfigMap",),
    ("Secret",),
    ("PersistentVolume", "PersistentVolumeClaim", "ResourceClaim", "ResourceClaimTemplate", "ComputeDomain"),
    ("NetworkPolicy", "PodDisruptionBudget"),
    ("Service",),
    ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "LeaderWorkerSet", "DisaggregatedSet"),
    ("InferencePool",),
    ("InferenceObjective", "HTTPRoute"),
    ("PodMonitor", "ServiceMonitor"),
    ("HorizontalPodAutoscaler", "ScaledObject"),
)
RANKS = {kind: rank for rank, kinds in enumerate(ORDER) for kind in kinds}


def apply_rank(obj: dict[str, Any]) -> int:
    """The place of an object in the order; what is not in it comes last."""
    kind = obj.get("kind")
    return RANKS.get(kind, len(ORDER)) if isinstance(kind, str) else len(ORDER)
