"""Overlays that users bring: what is wrong with one; and the facts that they may ask for, which are those that plans publish."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from tests.compose.made import document, overlay
from tests.compose.samples import SAMPLES

from modelservice.config import ModelService
from modelservice.config.overlay import SERVICE_FACTS, problems
from modelservice.config.validation import schema
from modelservice.plan import Plan

Map = dict[str, Any]

WHEN: Map = schema("overlay")["$defs"]["when"]["properties"]
LEADER_WORKER: Map = {"spec": {"leaderWorkerTemplate": {"workerTemplate": {}}}}
FREE = ("ecConnector",)  # facts of any text
PATCH_WHEN: Map = schema("overlay")["$defs"]["patchWhen"]["properties"]


def fields(given: Any, at: str = "") -> list[str]:
    """Return the fields of the problems that an overlay has."""
    return [problem.field for problem in problems(given, at)]


def choices(fact: str) -> set[Any]:
    """Return the values that an overlay may ask of a fact."""
    first, listed = schema("overlay")["$defs"][fact]["anyOf"]
    assert listed["items"]["enum"] == first["enum"]
    return set(first["enum"])


def plans() -> list[Plan]:
    """Plan every sample."""
    made = [Plan(ModelService(document(spec))) for spec in SAMPLES.values()]
    assert [plan.problems.results for plan in made if plan.problems.results] == []
    return made


def test_facts_of_the_service_are_those_that_overlays_of_services_may_ask_for() -> None:
    """An overlay with scope: service can ask for every fact that the service's plan has, and no other."""
    for plan in plans():
        assert set(plan.service.facts) == set(SERVICE_FACTS)


def test_facts_of_roles_are_those_that_overlays_may_ask_for() -> None:
    """``when`` of the schema has exactly the facts that each role's plan has: a misspelt one would never hold."""
    for plan in plans():
        for role in plan.pods:
            assert set(role.facts) == set(WHEN)


def test_facts_of_containers_are_those_that_patches_may_ask_for() -> None:
    """``when`` of a patch has those of the role and, beyond them, exactly the container's own."""
    for plan in plans():
        for role in plan.pods:
            for container in role.containers:
                assert set(role.facts) | set(container.facts) == set(PATCH_WHEN)


def test_values_of_facts_are_those_that_overlays_may_ask_for() -> None:
    """Every value that occurs may be asked for, and every value that may be asked for occurs: none is a dead letter."""
    seen: dict[str, set[Any]] = defaultdict(set)
    for plan in plans():
        containers = [container.facts for role in plan.pods for container in role.containers]
        for facts in (plan.service.facts, *(role.facts for role in plan.pods), *containers):
            for fact, value in facts.items():
                seen[fact].add(value)
    known = {fact: choices(fact) for fact in seen if fact not in FREE}
    assert known == {fact: seen[fact] for fact in known}


def test_a_right_overlay_has_no_problems() -> None:
    """What the built-in overlays do, users' own may do: all targets, facts alone and in lists, resources, parameters."""
    given = overlay(
        {"target": "workload", "patch": {"metadata": {"annotations": {"a": "${name}"}}}},
        {"target": "pod", "when": {"role": "decode", "artifact": ["hf", "oci"]}, "patch": {"spec": {"hostNetwork": True}}},
        {"target": "container", "when": {"mountModelVolume": False}, "patch": {"tty": True}},
        {"target": "proxy", "patch": {"tty": True}},
        {"target": {"kind": "ServiceAccount"}, "patch": {"automountServiceAccountToken": False}},
        when={"profile": "llm-d"},
        resources=["serviceaccount.yaml", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}"}}],
    )
    assert fields(given) == []


@pytest.mark.parametrize("given", [None, 5, "text", [], True])
def test_what_is_no_map_is_no_overlay(given: Any) -> None:
    """An overlay of another kind is told as such, at its place."""
    assert fields(given, "spec.overlays[0]") == ["spec.overlays[0]"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "Overlai"}, "kind"),
        ({"apiVersion": "v1"}, "apiVersion"),
        ({"metadata": {}}, "metadata.name"),
        ({"spec": {"patch": []}}, "spec.patch"),
        ({"spec": {"scope": "pod"}}, "spec.scope"),
        ({"spec": {"when": {"profil": "furiosa"}}}, "spec.when.profil"),
        ({"spec": {"when": {"multinode": "yes"}}}, "spec.when.multinode"),
        ({"spec": {"when": {"artifact": []}}}, "spec.when.artifact"),
        ({"spec": {"when": {"modelCommand": "custom"}}}, "spec.when.modelCommand"),
        ({"spec": {"patches": [{"target": "pods", "patch": {}}]}}, "spec.patches[0].target"),
        ({"spec": {"patches": [{"target": {}, "patch": {}}]}}, "spec.patches[0].target"),
        ({"spec": {"patches": [{"patch": {}}]}}, "spec.patches[0].target"),
        ({"spec": {"patches": [{"target": "pod"}]}}, "spec.patches[0].patch"),
        ({"spec": {"resources": [5]}}, "spec.resources[0]"),
    ],
)
def test_a_wrong_overlay_is_told_where_it_is_wrong(changes: Map, field: str) -> None:
    """Overlays are held against their schema as strictly as ModelServices; the place of the overlay comes first."""
    assert fields({**overlay(), **changes}, "spec.overlays[2]") == [f"spec.overlays[2].{field}"]


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"target": "container", "flags": {"a": True}}, None),
        ({"target": "container", "flags": {"a": True}, "patch": {"tty": True}}, None),
        ({"target": "container"}, "patch"),
        ({"target": "pod", "flags": {"a": True}}, "flags"),
        ({"target": {"kind": "Deployment"}, "flags": {"a": True}, "patch": {}}, "flags"),
        ({"target": "container", "flags": {"a": False}}, "flags.a"),
        ({"target": "pod", "patch": {"$patch": "delete"}}, None),
        ({"target": "pod", "patch": {"metadata": {}, "spec": {}}}, None),
        ({"target": "pod", "patch": {"nodeSelector": {"a": "b"}}}, "patch.nodeSelector"),
        ({"target": "container", "patch": {"nodeSelector": {"a": "b"}}}, None),
    ],
)
def test_a_patch_says_something_that_its_target_has(patch: Map, field: str | None) -> None:
    """Only containers have flags, a patch without either is none, and fields of pods stand under spec."""
    assert fields(overlay(patch)) == ([] if field is None else [f"spec.patches[0].{field}"])


@pytest.mark.parametrize("target", ["workload", "pod", "container", "proxy"])
def test_a_service_has_no_parts_of_a_role(target: str) -> None:
    """With scope: service only objects can be patched; the service has no pods."""
    assert fields(overlay({"target": target, "patch": {}}, scope="service")) == ["spec.patches[0].target"]
    assert fields(overlay({"target": {"kind": "ServiceAccount"}, "patch": {}}, scope="service")) == []


@pytest.mark.parametrize("fact", sorted(set(WHEN) - set(SERVICE_FACTS)))
def test_a_service_has_no_facts_of_a_role(fact: str) -> None:
    """With scope: service a fact of roles is an error: it would never hold."""
    value = "any" if fact in FREE else sorted(choices(fact), key=str)[0]
    patch: Map = {"target": {"kind": "ServiceAccount"}, "when": {fact: value}, "patch": {}}
    assert fields(overlay(scope="service", when={fact: value})) == [f"spec.when.{fact}"]
    assert fields(overlay(patch, scope="service")) == [f"spec.patches[0].when.{fact}"]
    assert fields(overlay(when={fact: value})) == []


@pytest.mark.parametrize("fact", SERVICE_FACTS)
def test_a_service_has_its_own_facts(fact: str) -> None:
    """With scope: service the facts of services can be asked for."""
    assert fields(overlay(scope="service", when={fact: sorted(choices(fact), key=str)})) == []


@pytest.mark.parametrize(
    ("target", "patch", "field"),
    [
        ("workload", {"spec": {"template": {"spec": {}}}}, "spec.template"),
        ("workload", LEADER_WORKER, "spec.leaderWorkerTemplate.workerTemplate"),
        ({"kind": "Deployment"}, {"spec": {"template": {}}}, "spec.template"),
        (
            {"kind": "LeaderWorkerSet"},
            {"spec": {"leaderWorkerTemplate": {"workerTemplate": {}}}},
            "spec.leaderWorkerTemplate.workerTemplate",
        ),
    ],
)
def test_a_pod_template_is_patched_as_a_pod(target: Any, patch: Map, field: str) -> None:
    """A patch of a workload that reaches into its pod template would serve one kind of workload only: ``pod`` serves all."""
    given = problems(overlay({"target": target, "patch": patch}), "")
    assert [problem.field for problem in given] == [f"spec.patches[0].patch.{field}"]
    assert "target: pod" in given[0].message


def test_the_pod_template_of_the_services_own_objects_is_theirs() -> None:
    """The endpoint picker's Deployment has no target for its pods: a patch of its kind reaches into it."""
    patch: Map = {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"priorityClassName": "high"}}}}}
    assert fields(overlay(patch, scope="service")) == []


@pytest.mark.parametrize(
    ("target", "patch"),
    [
        ("workload", {"spec": {"replicas": 2, "strategy": {"type": "Recreate"}}}),
        ("workload", {"spec": {"leaderWorkerTemplate": {"size": 2}}}),
        ("workload", {"spec": "${role.extraConfig}"}),
        ({"kind": "ReplicaSet"}, {"spec": {"template": {"metadata": {"labels": {"a": "b"}}}}}),
        ({"kind": "Deployment"}, LEADER_WORKER),
    ],
)
def test_the_rest_of_a_workload_can_be_patched(target: Any, patch: Map) -> None:
    """All but the pod template is open, and so is the requester's own template, which no pod patch reaches."""
    assert fields(overlay({"target": target, "patch": patch})) == []
