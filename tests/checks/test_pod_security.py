"""What the restricted Pod Security Standard refuses of pods that the preset hardened is for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import deployment, pod
from tests.compose.made import Map, engine, make, overlay

ENGINE = "spec.decode.containers[0]"


def told(role: Map | None = None, container: Map | None = None, **spec: Any) -> list[tuple[str, str]]:
    """Return the severity and field of what is told of a hardened service."""
    body = {"containers": [engine(**(container or {}))], **(role or {})}
    made = make({"presets": ["hardened"], "decode": body, **spec})
    return [(severity, field) for severity, field, _ in made.found("pod-security")]


POD = [
    ({"hostIPC": True}, "hostIPC"),
    ({"hostPID": True}, "hostPID"),
    ({"extraConfig": {"hostNetwork": True}}, "extraConfig.hostNetwork"),
    ({"podSecurityContext": {"runAsUser": 0}}, "podSecurityContext.runAsUser"),
    ({"podSecurityContext": {"runAsNonRoot": False}}, "podSecurityContext.runAsNonRoot"),
    ({"podSecurityContext": {"seccompProfile": {"type": "Unconfined"}}}, "podSecurityContext.seccompProfile.type"),
    ({"podSecurityContext": {"appArmorProfile": {"type": "Unconfined"}}}, "podSecurityContext.appArmorProfile.type"),
    ({"podSecurityContext": {"seLinuxOptions": {"type": "spc_t"}}}, "podSecurityContext.seLinuxOptions"),
    ({"podSecurityContext": {"seLinuxOptions": {"user": "root"}}}, "podSecurityContext.seLinuxOptions"),
    ({"podSecurityContext": {"windowsOptions": {"hostProcess": True}}}, "podSecurityContext.windowsOptions.hostProcess"),
    ({"podSecurityContext": {"sysctls": [{"name": "kernel.shmmax", "value": "1"}]}}, "podSecurityContext.sysctls[0]"),
    ({"volumes": [{"name": "metrics-volume", "emptyDir": {}}, {"name": "h", "hostPath": {"path": "/x"}}]}, "volumes[1].hostPath"),
    ({"volumes": [{"name": "n", "nfs": {"server": "s", "path": "/x"}}]}, "volumes[0].nfs"),
]
CONTAINER = [
    ({"securityContext": {"privileged": True, "allowPrivilegeEscalation": True}}, "securityContext.privileged"),
    ({"securityContext": {"allowPrivilegeEscalation": True}}, "securityContext.allowPrivilegeEscalation"),
    ({"securityContext": {"capabilities": {"add": ["IPC_LOCK", "NET_BIND_SERVICE"]}}}, "securityContext.capabilities.add"),
    ({"securityContext": {"capabilities": {"drop": ["KILL"]}}}, "securityContext.capabilities.drop"),
    ({"securityContext": {"runAsUser": 0}}, "securityContext.runAsUser"),
    ({"securityContext": {"runAsNonRoot": False}}, "securityContext.runAsNonRoot"),
    ({"securityContext": {"procMount": "Unmasked"}}, "securityContext.procMount"),
    ({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "securityContext.seccompProfile.type"),
    ({"ports": [{"containerPort": 8200, "hostPort": 8200}]}, "ports[0].hostPort"),
    ({"livenessProbe": {"httpGet": {"port": 8200, "host": "other"}}}, "livenessProbe.httpGet.host"),
]


@pytest.mark.parametrize(("role", "field"), POD, ids=[field for _, field in POD])
def test_what_pods_may_not(role: Map, field: str) -> None:
    """Each field of the pods that the standard refuses is told, at the field that the user wrote."""
    assert ("warning", f"spec.decode.{field}") in told(role)
    assert make({"decode": {"containers": [engine()], **role}}).found("pod-security") == []


@pytest.mark.parametrize(("fields", "field"), CONTAINER, ids=[field for _, field in CONTAINER])
def test_what_containers_may_not(fields: Map, field: str) -> None:
    """So is each of an engine's, an init container's, one that extraConfig adds, and one that an overlay or a patch makes."""
    whole = {"name": "other", "image": "other:1", **fields}
    assert ("warning", f"{ENGINE}.{field}") in told(container=fields)
    assert ("warning", f"spec.decode.initContainers[0].{field}") in told({"initContainers": [whole]})
    assert ("warning", f"spec.decode.extraConfig.containers[0].{field}") in told({"extraConfig": {"containers": [whole]}})
    patched = told(patches=[{"target": {"role": "decode", "part": "pod"}, "patch": {"spec": {"containers": [whole]}}}])
    assert f"spec.patches[0].patch.spec.containers[0].{field}" in [place for _, place in patched]
    laid = told(overlays=[overlay({"target": "pod", "patch": {"spec": {"containers": [whole]}}})])
    assert f"spec.overlays[0].spec.patches[0].patch.spec.containers[0].{field}" in [place for _, place in laid]


@pytest.mark.parametrize(
    "role",
    [
        {"initContainers": [{"name": "warm-up", "image": "w:1"}]},
        {"extraConfig": {"containers": [{"name": "side", "image": "s:1"}], "initContainers": [{"name": "early", "image": "e:1"}]}},
        {"podSecurityContext": {"runAsUser": 1000, "fsGroup": 1000}},
        {"volumes": [{"name": "metrics-volume", "emptyDir": {}}, {"name": "c", "configMap": {"name": "c"}}]},
        {"podSecurityContext": {"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}},
    ],
)
@pytest.mark.parametrize("spec", [{}, {"multinode": True}, {"routing": {"proxy": {"enabled": False}}}])
def test_what_the_preset_makes_right(role: Map, spec: Map) -> None:
    """All containers that the user's fields add get the security context, whatever runs the pods."""
    assert told(role, {"securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}}, **spec) == []


def test_privileged_beside_the_preset_is_an_error() -> None:
    """Kubernetes refuses it, and CAP_SYS_ADMIN, beside allowPrivilegeEscalation: false, which the preset says."""
    assert told(container={"securityContext": {"privileged": True}}) == [("error", f"{ENGINE}.securityContext.privileged")]
    assert told(container={"securityContext": {"capabilities": {"add": ["CAP_SYS_ADMIN"]}}}) == [
        ("error", f"{ENGINE}.securityContext.capabilities.add")
    ]


def test_requesters_are_hardened_too() -> None:
    """Their own pods, and the serving pod that they hold as text, of which the role's fields are told."""
    spec: Map = {"profile": "llm-d", "requester": {"enable": True}}
    assert told(**spec) == []
    assert told({"hostIPC": True}, **spec) == [("warning", "spec.decode.hostIPC")]
    template = make({**spec, "presets": ["hardened"]}).one("ReplicaSet")["spec"]["template"]["spec"]
    assert template["securityContext"]["runAsNonRoot"] is True
    assert template["containers"][0]["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def test_pods_of_extra_objects_are_looked_at() -> None:
    """The preset cannot reach them, and the check tells what they lack; each once."""
    found = told(extraObjects=[deployment("job", template=pod())])
    prefix = "spec.extraObjects[0].spec.template.spec.containers[0].securityContext"
    fields = ("allowPrivilegeEscalation", "capabilities.drop", "runAsNonRoot", "seccompProfile")
    assert sorted(found) == sorted(("warning", f"{prefix}.{field}") for field in fields)


def test_what_two_roles_share_is_told_once_a_role() -> None:
    """And what an overlay says for both, once."""
    both = {"target": "pod", "patch": {"spec": {"hostIPC": True}}}
    assert told(profile="llm-d", overlays=[overlay(both)]) == [("warning", "spec.overlays[0].spec.patches[0].patch.spec.hostIPC")]
