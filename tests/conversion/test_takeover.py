"""What taking a release over changes."""

from __future__ import annotations

from typing import Any

from modelservice.conversion.takeover import takeover

Map = dict[str, Any]


def deployment(image: str, labels: Map, **selector: str) -> Map:
    """Return a Deployment."""
    template = {"metadata": {"labels": selector}, "spec": {"containers": [{"name": "engine", "image": image}]}}
    metadata = {"name": "llama-decode", "labels": labels}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"selector": {"matchLabels": selector}, "template": template},
    }


HELMS = {"helm.sh/chart": "llm-d-modelservice-v0.4.12", "app.kubernetes.io/managed-by": "Helm"}
OURS = {"app.kubernetes.io/managed-by": "modelservice"}
ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "llama", "namespace": "serving"}}


def test_labels_of_packaging_and_the_namespace_change_nothing() -> None:
    """Helm's labels go and ours come, and whoever applies the objects says where."""
    account = {**ACCOUNT, "metadata": {"name": "llama", "labels": OURS}}
    found = takeover([ACCOUNT, deployment("x:1", HELMS, a="b")], [account, deployment("x:1", OURS, a="b")])
    assert (found.changes, found.staying) == ([], 2)


def test_what_restarts_is_refused_comes_or_goes_is_told() -> None:
    """As any change of objects is."""
    (changed, came) = takeover([deployment("x:1", HELMS, a="b")], [deployment("x:2", OURS, a="b"), ACCOUNT]).changes
    assert [impact.effect for impact in changed.impact] == ["restart"]
    assert [change.path for change in changed.fields] == ["spec.template.spec.containers[name=engine].image"]
    assert came.way == "added"
    found = takeover([deployment("x:1", HELMS, a="b"), ACCOUNT], [deployment("x:1", OURS, a="c")])
    assert [(one.way, [impact.effect for impact in one.impact]) for one in found.changes] == [
        ("changed", ["recreate"]),
        ("removed", ["deleted"]),
    ]
    assert found.staying == 0


def test_a_label_that_means_something_is_told() -> None:
    """Only those that say who made an object are not."""
    (changed,) = takeover([deployment("x:1", {**HELMS, "team": "a"}, a="b")], [deployment("x:1", OURS, a="b")]).changes
    assert [change.path for change in changed.fields] == ["metadata.labels.team"]
