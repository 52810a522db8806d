"""The order in which objects may be applied."""

from __future__ import annotations

from modelservice.kubernetes.apply_order import apply_rank


def test_what_others_need_comes_first() -> None:
    """Namespace, accounts, rights, data, claims, what guards pods, Services, workloads, pools, routes, monitors, autoscalers, the rest."""
    kinds = ["Namespace", "ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Secret", "PersistentVolumeClaim", "ResourceClaimTemplate"]
    kinds += ["NetworkPolicy", "PodDisruptionBudget"]
    kinds += ["Service", "Deployment", "LeaderWorkerSet", "InferencePool", "HTTPRoute", "PodMonitor", "HorizontalPodAutoscaler"]
    kinds += ["IngressClass"]
    ranks = [apply_rank({"kind": kind}) for kind in kinds]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 14


def test_what_is_no_kind_comes_last() -> None:
    """Whatever an object says of its kind."""
    assert apply_rank({"kind": ["x"]}) == apply_rank({}) == apply_rank({"kind": "Other"}) > apply_rank({"kind": "ScaledObject"})
