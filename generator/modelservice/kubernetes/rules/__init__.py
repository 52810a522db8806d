"""Rules: what Kubernetes' API server asks of a part of an object beyond the type and the limit of each field.

A rule is a function of one part, which has no nulls and only values of their types; it gives for each mistake the place in the part, and
what is wrong and what would be right. The modules are loaded when a type that has rules is first met.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Map = dict[str, Any]
    Mistakes = Iterator[tuple[tuple[str | int, ...], str]]
    Rule = Callable[[Map], Mistakes]

# type -> its rules, as module and function
RULES: dict[str, tuple[str, ...]] = {
    "AppArmorProfile": ("security.local_profile",),
    "ClusterRoleBinding": ("access.cluster_role_binding",),
    "ConfigMap": ("configuration.config_map",),
    "Container": ("containers.container",),
    "ContainerResourceMetricSource": ("autoscaling.container_metric",),
    "CronJob": ("batch.cron_job",),
    "DaemonSetSpec": ("workloads.workload",),
    "DaemonSetUpdateStrategy": ("workloads.daemon_set_update",),
    "DeploymentSpec": ("workloads.workload", "workloads.deployment"),
    "DeploymentStrategy": ("workloads.deployment_strategy",),
    "DeviceClaim": ("claims.device_claim",),
    "DeviceConstraint": ("claims.constraint",),
    "DeviceRequest": ("claims.request",),
    "DeviceSubRequest": ("claims.allocation",),
    "DisaggregatedSet.Spec": ("custom.disaggregated_set",),
    "DownwardAPIVolumeFile": ("volumes.downward_file",),
    "EnvFromSource": ("containers.env_from",),
    "EnvVar": ("containers.env_var",),
    "EnvVarSource": ("containers.env_source",),
    "EphemeralContainer": ("containers.container",),
    "ExternalMetricSource": ("autoscaling.external_metric",),
    "HTTPIngressPath": ("networking.ingress_path",),
    "HTTPRoute.BackendRef": ("custom.backend",),
    "HTTPRoute.Cors": ("custom.cors",),
    "HTTPRoute.Filter": ("custom.route_filter",),
    "HTTPRoute.MirrorBackendRef": ("custom.backend",),
    "HTTPRoute.PathMatch": ("custom.path_match",),
    "HTTPRoute.PathModifier": ("custom.path_modifier",),
    "HTTPRoute.RequestMirror": ("custom.mirror",),
    "HTTPRoute.Rule": ("custom.route_rule",),
    "HTTPRoute.Spec": ("custom.route",),
    "HorizontalPodAutoscalerSpec": ("autoscaling.autoscaler",),
    "InferencePool.EndpointPickerRef": ("custom.endpoint_picker",),
    "InferencePool.Spec": ("custom.pool",),
    "IngressBackend": ("networking.ingress_backend",),
    "IngressSpec": ("networking.ingress",),
    "Job": ("batch.job",),
    "JobSpec": ("batch.job_spec",),
    "LabelSelector": ("labels.label_selector",),
    "LabelSelectorRequirement": ("labels.requirement",),
    "LeaderWorkerSet.Spec": ("custom.groups",),
    "LifecycleHandler": ("containers.lifecycle_handler",),
    "MetricSpec": ("autoscaling.metric",),
    "NetworkPolicyPeer": ("networking.peer",),
    "NetworkPolicyPort": ("networking.policy_port",),
    "NodeSelector": ("labels.node_selector",),
    "NodeSelectorTerm": ("labels.node_selector_term",),
    "ObjectMeta": ("labels.object_meta",),
    "ObjectMetricSource": ("autoscaling.object_metric",),
    "PersistentVolumeClaimSpec": ("volumes.claim",),
    "PersistentVolumeClaimTemplate": ("volumes.claim_template",),
    "Pod": ("pods.whole_pod",),
    "PodAffinityTerm": ("labels.match_label_keys",),
    "PodDisruptionBudgetSpec": ("workloads.disruption_budget",),
    "PodResourceClaim": ("pods.resource_claim",),
    "PodSpec": ("pods.pod",),
    "PodTemplate": ("pods.pod_template",),
    "PodsMetricSource": ("autoscaling.pods_metric",),
    "PolicyRule": ("access.policy_rule",),
    "Probe": ("containers.probe",),
    "ReplicaSetSpec": ("workloads.workload",),
    "ResourceMetricSource": ("autoscaling.resource_metric",),
    "ResourceRequirements": ("containers.resources",),
    "Role": ("access.role",),
    "SeccompProfile": ("security.local_profile",),
    "Secret": ("configuration.secret",),
    "SecurityContext": ("security.container",),
    "ServiceSpec": ("networking.service",),
    "StatefulSetSpec": ("workloads.stateful_set",),
    "StatefulSetUpdateStrategy": ("workloads.stateful_set_update",),
    "Toleration": ("pods.toleration",),
    "TopologySpreadConstraint": ("labels.match_label_keys", "pods.spread"),
    "Volume": ("volumes.volume",),
    "VolumeMount": ("containers.mount",),
    "VolumeProjection": ("volumes.projection",),
    "rbac.Subject": ("access.subject",),
}


def rules_of(name: str) -> tuple[Rule, ...]:
    """The rules for a type."""
    found = []
    for rule in RULES.get(name, ()):
        module, _, function = rule.partition(".")
        found.append(getattr(import_module(f"{__name__}.{module}"), function))
    return tuple(found)


def exactly_one(value: Map, names: tuple[str, ...], what: str) -> Mistakes:
    """A mistake where not one and only one of the fields ``names`` is there."""
    there = [name for name in names if name in value]
    if not there:
        yield (), f"says no {what}; must have one of {', '.join(names)}"
    for name in there[1:]:
        yield (name,), f"is there beside {there[0]}; must be one {what} only"
