"""Presets that are not for the service that names them, and overlays that lack values."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Map, document, overlay

from modelservice.generate import generate

IPC = {"target": "pod", "patch": {"spec": {"hostIPC": True}}}


def told(spec: Map, *library: Map) -> list[tuple[str, str, str]]:
    """Return the errors of a service, each with the kind of what it is about; nothing may be generated then."""
    (made,) = generate([document(spec)], library=library)
    assert (made.objects == []) is made.failed
    errors = [result for result in made.results if result.severity == "error"]
    return [(result.resource.kind if result.resource else "", result.field, result.message) for result in errors]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"workload": "Deployment"}, None),
        ({"role": "prefill"}, None),
        ({"workload": ["LeaderWorkerSet", "Deployment"], "proxy": False}, None),
        ({"workload": "LeaderWorkerSet"}, "is for services with workload LeaderWorkerSet; this one has workload Deployment: "),
        ({"proxy": True, "role": "prefill"}, "is for services with proxy true and role prefill; this one has proxy true or false and role"),
        (
            {"drain": True, "artifact": ["oci", "pvc"]},
            "is for services with drain true and artifact oci or pvc; this one has drain false and ",
        ),
    ],
)
def test_facts_hold_for_one_role_at_least(facts: Map, message: str | None) -> None:
    """All of them for the same one; else it is told what the service has, at the place of the preset."""
    own = overlay(IPC, name="own", meant_for=facts)
    found = told({"profile": "llm-d", "presets": ["shm", "own"]}, own)
    if message is None:
        assert found == []
    else:
        ((kind, field, said),) = found
        assert (kind, field) == ("ModelService", "spec.presets[1]")
        assert said.startswith(message)
        assert said.endswith("leave the preset out, or change that")


def test_facts_of_a_service_are_its_own() -> None:
    """Of an overlay with scope: service, and where no role is created."""
    account = {"target": {"kind": "ServiceAccount"}, "patch": {"automountServiceAccountToken": False}}
    own = overlay(account, name="own", scope="service", meant_for={"serviceAccount": "own"})
    assert told({"presets": ["own"]}, own) == []
    assert told({"presets": ["own"], "serviceAccountOverride": "x"}, own)[0][1] == "spec.presets[0]"
    assert told({"presets": [{"name": "model-cache-pvc", "claim": "c"}], "decode": {"create": False}})[0][1] == "spec.presets[0]"


def test_a_service_that_is_off_is_asked_nothing() -> None:
    """With `enabled: false` nothing is generated, so that it does not matter what a preset is for."""
    (made,) = generate([document({"presets": ["spread"], "enabled": False, "multinode": True})])
    assert not made.failed


LIBRARY: Any = {"name": "own", "parameters": {"text": {"type": "string"}}, "when": {"profile": "furiosa"}}
PATCH = {"target": "pod", "patch": {"metadata": {"annotations": {"a": "${preset.text}"}}}}


def test_an_overlay_that_applies_by_its_when_needs_defaults() -> None:
    """It is told of the overlay; where it is named, its values are given there."""
    own = overlay(PATCH, **LIBRARY)
    ((kind, field, message),) = told({}, own)
    assert (kind, field) == ("Overlay", "spec.parameters.text")
    assert "has no default" in message
    assert told({"presets": [{"name": "own", "text": "x"}]}, own) == []


def test_an_overlay_that_nobody_names_takes_its_defaults() -> None:
    """Of a library, of the spec, and of the command line."""
    with_default = {"parameters": {"text": {"type": "string", "default": "x"}}}
    own = overlay(PATCH, **{**LIBRARY, **with_default})
    plain = overlay(PATCH, name="own", **with_default)
    calls = [
        generate([document()], library=[own]),
        generate([document({"overlays": [plain]})]),
        generate([document()], [plain]),
    ]
    for (made,) in calls:
        (deployment,) = [obj for obj in made.objects if obj["kind"] == "Deployment"]
        assert deployment["spec"]["template"]["metadata"]["annotations"] == {"a": "x"}
