"""Workloads: the roles and kinds there are, and where each kind has its pod templates."""

from __future__ import annotations

ROLES = ("decode", "prefill", "encode")
# kind -> paths of its pod templates; the last is the one that every workload of the kind has
POD_TEMPLATES: dict[str, tuple[tuple[str, ...], ...]] = {
    "Deployment": (("spec", "template"),),
    "LeaderWorkerSet": (("spec", "leaderWorkerTemplate", "leaderTemplate"), ("spec", "leaderWorkerTemplate", "workerTemplate")),
}
LEADER_WORKER_SET = "LeaderWorkerSet"
DISAGGREGATED_SET = "DisaggregatedSet"  # of which each role is a LeaderWorkerSet without a name
PODS_OF_GROUPS = ("leader", "worker")  # in the order of its pod templates
REQUESTER = "ReplicaSet"  # whose own pod is another one, and which holds the serving pod as text
KINDS = (*POD_TEMPLATES, REQUESTER)
