"""What a change does to what runs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.comparison.samples import Map, deployment, effects, obj, refused

from modelservice.comparison.data import table
from modelservice.kubernetes.types import look_up

KNOWN = {kind: entry for kind, entry in table("impact.json").items() if kind != "//"}
VERSIONS = ("v1", "v2", "v1beta1")
OTHERS = ("ScaledObject.keda.sh",)  # whose fields we have no table of


def lws(**template: Any) -> Map:
    """Return a LeaderWorkerSet with this in its leaderWorkerTemplate."""
    pod = {"spec": {"containers": [{"name": "c", "image": "registry.example/c:1"}]}}
    return obj("LeaderWorkerSet", "leaderworkerset.x-k8s.io/v1", spec={"leaderWorkerTemplate": {"workerTemplate": pod, **template}})


def claim(size: str, **spec: Any) -> Map:
    """Return a claim for storage."""
    return obj("PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec})


# What an API server refuses


@pytest.mark.parametrize(("old", "new", "is_refused"), refused())
def test_what_an_api_server_refuses_must_be_made_anew(old: Map, new: Map, is_refused: bool) -> None:
    """Each change that a real one refused, and none that it took."""
    assert ("recreate" in effects(old, new)) == is_refused


def test_each_field_that_cannot_change_has_a_case() -> None:
    """Of the kinds that an API server alone decides on."""
    by_webhook = {"LeaderWorkerSet.leaderworkerset.x-k8s.io"}
    # a revision is a controller's, and a definition's names are its own name
    others = {"ControllerRevision.apps", "CustomResourceDefinition.apiextensions.k8s.io"}
    immutable = {kind for kind, entry in KNOWN.items() if "immutable" in entry} - by_webhook - others
    tried = {f"{old['kind']}.{old['apiVersion'].rpartition('/')[0]}".rstrip(".") for old, _, is_refused in refused() if is_refused}
    assert tried == immutable


@pytest.mark.parametrize("kind", sorted(KNOWN.keys() - OTHERS))
def test_the_table_names_fields_that_there_are(kind: str) -> None:
    """Each path leads to a field of the kind."""
    name, _, group = kind.partition(".")
    versions = [f"{group}/{version}" if group else version for version in VERSIONS]
    word = next(filter(None, (look_up("kinds", f"{version}/{name}") for version in versions)), None)
    assert word, kind
    entry = KNOWN[kind]
    rules = [*entry.get("restarts", ()), *entry.get("immutable", ())]
    paths = [path for rule in rules for path in (rule["path"], *rule.get("except", ()), *([rule["if"]] if "if" in rule else []))]
    newer = ("maxGroupRestarts", "restartBackoff")
    for path in [*paths, *entry.get("notes", ()), *filter(None, (entry.get("replicas"), entry.get("strategy")))]:
        if not path.endswith(newer):
            assert _leads(word, path.split(".")), path


def _leads(word: str, steps: list[str]) -> bool:
    for step in steps:
        if step == "[]":
            assert word[0] == "["
            word = word[1:-1]
        elif word[0] == "{":
            word = word[1:-1]
        else:
            word = look_up("types", word)[step]
    return True


# Ten changes


def test_an_image_restarts_pods() -> None:
    """The pod template has changed."""
    impact = effects(deployment(), deployment(container={"image": "registry.example/c:2"}))
    assert impact.keys() == {"restart"}
    assert impact["restart"].message == "its pods are replaced, a few at a time"
    assert impact["restart"].paths == ("spec.template.spec.containers[name=c].image",)


def test_another_order_restarts_pods() -> None:
    """Which means nothing else: the API server compares templates item by item."""
    volumes: list[Map] = [{"name": name, "emptyDir": {}} for name in "ab"]
    impact = effects(deployment(pod={"volumes": volumes}), deployment(pod={"volumes": volumes[::-1]}))
    assert impact["restart"].paths == ("spec.template.spec.volumes",)
    ports = [{"port": 80, "name": "a"}, {"port": 81, "name": "b"}]
    assert effects(obj("Service", spec={"ports": ports}), obj("Service", spec={"ports": ports[::-1]})) == {}


def test_a_default_that_is_said_restarts_the_pods_of_a_custom_resource() -> None:
    """Which is stored as it is written, save for what its own schema fills in; Go leaves out what is false, empty or zero."""

    def group(**container: Any) -> Map:
        pod = {"spec": {"containers": [{"name": "c", "image": "registry.example/c:1", "ports": [{"containerPort": 80}], **container}]}}
        return lws(workerTemplate=pod)

    said = group(imagePullPolicy="IfNotPresent")
    for old, new in ((group(), said), (said, group())):
        assert effects(old, new)["restart"].paths == ("spec.leaderWorkerTemplate.workerTemplate.spec.containers[name=c].imagePullPolicy",)
    assert effects(group(), group(ports=[{"containerPort": 80, "protocol": "TCP"}], tty=False, resources={})) == {}
    assert effects(group(), {**group(), "spec": {**group()["spec"], "replicas": 1, "startupPolicy": "LeaderCreated"}}) == {}
    assert effects(deployment(), deployment(container={"imagePullPolicy": "IfNotPresent"})) == {}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"strategy": {"type": "Recreate"}}, "all its pods stop before new ones start"),
        ({"paused": True}, "its pods are replaced once it is no longer paused"),
    ],
)
def test_how_pods_restart_is_told(spec: Map, message: str) -> None:
    """By the strategy of the new object."""
    impact = effects(deployment(spec=spec), deployment(spec=spec, container={"args": ["x"]}))
    assert impact["restart"].message == message


def test_what_has_no_spec_has_no_strategy() -> None:
    """Objects of another shape than their kind's do no harm."""
    template = obj("DaemonSet", "apps/v1", spec={"template": {"spec": {"hostNetwork": True}}})
    assert effects(template, obj("DaemonSet", "apps/v1", spec=5))["restart"].message == "its pods are replaced, node by node"


def test_pods_that_are_updated_on_delete_stay() -> None:
    """With updateStrategy OnDelete a pod stays as it is until somebody deletes it."""
    old, new = (
        obj("DaemonSet", "apps/v1", spec={"updateStrategy": {"type": "OnDelete"}, "template": {"spec": {"hostNetwork": value}}})
        for value in (False, True)
    )
    assert effects(old, new)["restart"].message == "its pods stay as they are until somebody deletes them"


def test_replicas_change_no_pod_that_runs() -> None:
    """Only how many there are."""
    impact = effects(deployment(), deployment(spec={"replicas": 3}))
    assert {effect: one.message for effect, one in impact.items()} == {"replicas": "1 -> 3"}


def test_a_selector_needs_a_new_object() -> None:
    """And what goes with the old one is said, once: that its pods restart as well is no news."""
    impact = effects(deployment(), deployment(spec={"selector": {"matchLabels": {"x": "y"}}}, container={"image": "registry.example/c:2"}))
    assert impact.keys() == {"recreate"}
    assert impact["recreate"].message == "the API server refuses this; the Deployment must be deleted and made anew: its pods stop"
    assert impact["recreate"].paths == ("spec.selector.matchLabels.x",)


def test_a_group_of_another_size_restarts_and_subgroups_cannot_change() -> None:
    """The webhook of LeaderWorkerSet lets the size be changed, not that of subgroups, nor whether there are any."""
    assert effects(lws(size=2), lws(size=4)).keys() == {"restart"}
    assert effects(lws(size=4), lws(size=4, subGroupPolicy={"subGroupSize": 2})).keys() == {"recreate"}
    assert effects(lws(subGroupPolicy={"subGroupSize": 2}), lws(subGroupPolicy={"subGroupSize": 4})).keys() == {"recreate"}
    assert effects(lws(size=4), lws(size=4, maxGroupRestarts=3)) == {}


def test_a_claim_grows_and_does_not_shrink() -> None:
    """Its data is lost where it must be made anew, or is gone."""
    assert effects(claim("10Gi"), claim("20Gi"))["note"].message.startswith("the volume grows")
    assert "its data is lost" in effects(claim("10Gi"), claim("9Gi"))["recreate"].message
    assert effects(claim("10Gi"), claim("10240Mi")) == {}
    assert "its data is lost" in effects(claim("10Gi"), None)["deleted"].message


def test_what_comes_and_goes_is_told() -> None:
    """With what comes and goes with it."""
    assert effects(None, deployment())["created"].message == "its pods start"
    assert effects(deployment(), None)["deleted"].message == "its pods stop"
    assert "everything in it" in effects(obj("Namespace"), None)["deleted"].message
    assert effects(None, obj("ConfigMap")) == {}


def test_a_rename_deletes_and_creates() -> None:
    """A new name is a new object."""
    assert effects(deployment("a"), deployment("b")).keys() == {"deleted", "created"}


def test_pods_do_not_restart_for_what_they_read() -> None:
    """Who changes a ConfigMap is told when it is seen."""
    assert effects(obj("ConfigMap", data={"a": "1"}), obj("ConfigMap", data={"a": "2"}))["note"].paths == ("data.a",)
    assert effects(obj("ConfigMap"), obj("ConfigMap", data={"a": "2"}))["note"].paths == ("data",)
