"""Preset hardened: pods that the restricted Pod Security Standard admits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.compose.made import Made, engine, make

Map = dict[str, Any]
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}
CAPABILITIES = {"NET_BIND_SERVICE"}


def violations(pod: Map) -> Iterator[str]:
    """What the restricted standard (https://kubernetes.io/docs/concepts/security/pod-security-standards) refuses of a pod."""
    yield from (field for field in ("hostNetwork", "hostPID", "hostIPC") if pod.get(field))
    yield from (f"volume {volume['name']}" for volume in pod.get("volumes", []) if not set(volume) - {"name"} <= VOLUMES)
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        context = {**pod.get("securityContext", {}), **container.get("securityContext", {})}
        yield from (f"{container['name']}: {refused}" for refused in refusals(context))
        if any("hostPort" in port for port in container.get("ports", [])):
            yield f"{container['name']}: hostPort"


def refusals(context: Map) -> Iterator[str]:
    """What the standard refuses of a container with this security context, that of its pod included."""
    capabilities = context.get("capabilities", {})
    allowed = {
        "privileged": not context.get("privileged") and context.get("procMount", "Default") == "Default",
        "allowPrivilegeEscalation": context.get("allowPrivilegeEscalation") is False,
        "runAsNonRoot": context.get("runAsNonRoot") is True,
        "runAsUser": context.get("runAsUser") != 0,
        "seccompProfile": context.get("seccompProfile", {}).get("type") in ("RuntimeDefault", "Localhost"),
        "capabilities": "ALL" in capabilities.get("drop", []) and set(capabilities.get("add", [])) <= CAPABILITIES,
    }
    yield from (name for name, right in allowed.items() if not right)


def hardened(**spec: Any) -> Made:
    """Make a service with the preset."""
    return make({"presets": ["hardened"], **spec})


@pytest.mark.parametrize("uri", ["hf://meta/llama", "pvc://models/llama", "pvc+hf://models/meta/llama", "oci://llama:1"])
@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_pods_satisfy_the_restricted_standard(profile: str, multinode: bool, uri: str) -> None:
    """Engines, proxy and volumes of every scheme, in either workload."""
    made = hardened(profile=profile, multinode=multinode, modelArtifacts={"uri": uri})
    for role in ("decode", "prefill") if profile == "llm-d" else ("decode",):
        assert list(violations(made.pod(role))) == []


def test_without_the_preset_they_do_not() -> None:
    """The look above sees something."""
    assert set(violations(make({}).pod())) == {
        "routing-proxy: seccompProfile",
        "routing-proxy: capabilities",
        "furiosa-llm: allowPrivilegeEscalation",
        "furiosa-llm: runAsNonRoot",
        "furiosa-llm: seccompProfile",
        "furiosa-llm: capabilities",
    }


@pytest.mark.parametrize("engines", [1, 2])
@pytest.mark.parametrize("preset", ["shm", "probes", "graceful-shutdown", "rngd-tolerations"])
def test_it_goes_together_with_other_presets(preset: str, engines: int) -> None:
    """What other presets add does not break the standard."""
    containers = [engine(name=f"e{index}") for index in range(engines)]
    assert list(violations(hardened(presets=["hardened", preset], decode={"containers": containers}).pod())) == []


def test_the_users_security_context_is_merged_over_it() -> None:
    """A user says which user an image runs as, and the rest stays."""
    made = hardened(
        decode={"podSecurityContext": {"runAsUser": 1000}, "containers": [engine(securityContext={"readOnlyRootFilesystem": True})]}
    )
    assert made.pod()["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}, "runAsUser": 1000}
    assert made.container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert list(violations(made.pod())) == []
