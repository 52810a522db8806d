"""How objects find one another."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelservice.graph import Graph, graph_of, mermaid, text

Map = dict[str, Any]


def obj(kind: str, name: str = "a", **spec: Any) -> Map:
    """Return an object of the namespace n."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "n"}, "spec": spec}


def workload(**pod: Any) -> Map:
    """Return a Deployment whose pods have the label app: a and serve 80, called http."""
    container = {"name": "c", "ports": [{"containerPort": 80, "name": "http"}], **pod.pop("container", {})}
    return obj("Deployment", template={"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [container], **pod}})


def found(graph: Graph) -> list[tuple[str, str, str]]:
    """The links: source, in which words, target; `!` before those that do not line up, `?` before targets that are not there."""
    return [
        (
            ("!" if link.is_wrong else "") + link.source[0],
            link.label,
            ("" if graph.nodes[link.target].is_there else "?") + f"{link.target[0]} {link.target[2]}",
        )
        for link in graph.links
    ]


SELECTOR = {"matchLabels": {"app": "a"}}
HTTP = {"port": "http"}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (obj("Service", selector={"app": "a"}, ports=[{"port": 8000, "targetPort": "http"}]), "sends to, port 8000 -> http"),
        (obj("Service", selector={"app": "a"}, ports=[{"port": 80}]), "sends to, port 80"),
        (obj("Service", selector={"app": "a"}), "sends to"),
        (obj("InferencePool", selector=SELECTOR, targetPorts=[{"number": 80}]), "sends to, port 80"),
        (obj("PodMonitor", selector=SELECTOR, podMetricsEndpoints=[HTTP]), "scrapes, port http"),
        (obj("PodDisruptionBudget", selector=SELECTOR), "keeps up"),
        (obj("PodDisruptionBudget", selector={}), "keeps up"),
        (obj("NetworkPolicy", podSelector=SELECTOR), "guards"),
        (obj("NetworkPolicy", podSelector={}), "guards"),
        (obj("HorizontalPodAutoscaler", scaleTargetRef={"kind": "Deployment", "name": "a"}), "scales"),
        (obj("ScaledObject", scaleTargetRef={"name": "a"}), "scales"),
    ],
)
def test_what_finds_a_workload(one: Map, words: str) -> None:
    """By the labels of its pods, or its name."""
    assert found(graph_of([workload(), one])) == [(one["kind"], words, "Deployment a")]


def test_what_selects_other_pods_finds_none() -> None:
    """Of another label, or in another namespace; an empty selector of a Service is for no pods."""
    elsewhere = obj("Service", selector={"app": "a"})
    elsewhere["metadata"]["namespace"] = "m"
    assert found(graph_of([workload(), obj("Service", "b", selector={"app": "b"}), obj("Service", "c"), elsewhere])) == []


def test_what_a_route_finds() -> None:
    """Its gateway, and where it sends requests to."""
    route = obj(
        "HTTPRoute",
        parentRefs=[{"name": "g", "namespace": "m"}],
        rules=[{"backendRefs": [{"kind": "InferencePool", "name": "p"}, {"name": "s", "port": 80}]}],
    )
    pool = obj("InferencePool", "p", endpointPickerRef={"name": "e", "port": {"number": 9002}})
    assert found(graph_of([pool, route])) == [
        ("HTTPRoute", "is attached to", "?Gateway g"),
        ("HTTPRoute", "sends to", "InferencePool p"),
        ("HTTPRoute", "sends to, port 80", "?Service s"),
        ("InferencePool", "asks for an endpoint, port 9002", "?Service e"),
    ]


def test_what_finds_a_pool_and_its_picker() -> None:
    """Objectives and policies name the pool, the picker does in its arguments; a rule of Istio names the picker's Service."""
    objects = [
        obj("InferencePool", "p"),
        obj("InferenceObjective", "o", poolRef={"name": "p"}),
        obj("HealthCheckPolicy", "h", targetRef={"kind": "InferencePool", "name": "p"}),
        obj("DestinationRule", "d", host="e"),
        obj("DestinationRule", "far", host="e.m.svc.cluster.local"),
        obj("DestinationRule", "other", host="www.example.com"),
        workload(container={"args": ["--pool-name=p", "--metrics-endpoint-auth=false"]}),
    ]
    assert found(graph_of(objects)) == [
        ("InferenceObjective", "is a priority of", "InferencePool p"),
        ("HealthCheckPolicy", "is for", "InferencePool p"),
        ("DestinationRule", "is for", "?Service e"),
        ("DestinationRule", "is for", "?Service e"),
        ("Deployment", "picks pods of", "InferencePool p"),
    ]


def test_who_has_which_role() -> None:
    """A binding gives a role to accounts; users and groups are no objects."""
    subjects = [{"kind": "ServiceAccount", "name": "a"}, {"kind": "User", "name": "u"}]
    binding = {**obj("RoleBinding"), "roleRef": {"kind": "Role", "name": "r"}, "subjects": subjects}
    wide = {**obj("RoleBinding", "b"), "roleRef": {"kind": "ClusterRole", "name": "r"}}
    assert found(graph_of([binding, wide])) == [
        ("RoleBinding", "gives", "?Role r"),
        ("RoleBinding", "gives to", "?ServiceAccount a"),
        ("RoleBinding", "gives", "?ClusterRole r"),
    ]


def test_what_pods_use() -> None:
    """Account, claims, secrets and config maps, each once."""
    env = [{"name": name, "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}} for name in "AB"]
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}, {"name": "w", "configMap": {"name": "m"}}]
    pods = workload(serviceAccountName="sa", volumes=volumes, container={"env": env})
    graph = graph_of([pods, obj("ServiceAccount", "sa")])
    assert sorted({one[1:] for one in found(graph)}) == [
        ("runs as", "ServiceAccount sa"),
        ("uses", "?ConfigMap m"),
        ("uses", "?PersistentVolumeClaim c"),
        ("uses", "?Secret s"),
    ]
    assert text(graph).count("Secret n/s") == 1


def test_what_does_not_line_up_is_marked() -> None:
    """As the checks have it, with the link that it is about."""
    pool = obj("InferencePool", selector=SELECTOR, targetPorts=[{"number": 80}, {"number": 81}])
    graph = graph_of([workload(), pool])
    assert [source for source, _, _ in found(graph)] == ["InferencePool", "!InferencePool"]
    (problem,) = graph.nodes["InferencePool", "n", "a"].problems
    assert problem == "spec.targetPorts[1].number: is 81, and the pods of Deployment a serve 80"
    service = graph_of([workload(), obj("Service", selector={"app": "b"})])
    assert service.nodes["Service", "n", "a"].problems == ["spec.selector: selects no pods: app=b"]


def test_what_is_not_there_is_no_problem() -> None:
    """It may come from elsewhere: the link shows it."""
    graph = graph_of([obj("HTTPRoute", rules=[{"backendRefs": [{"name": "s"}]}]), obj("ScaledObject", scaleTargetRef={"name": "x"})])
    assert not any(node.problems for node in graph.nodes.values())


# Its forms


def test_a_graph_as_text() -> None:
    """The objects that lead to others come first."""
    pool = obj("InferencePool", selector=SELECTOR, targetPorts=[{"number": 81}], endpointPickerRef={"name": "e"})
    assert (
        text(graph_of([workload(), pool]))
        == """\
InferencePool n/a
  -> Service n/e: asks for an endpoint (not here)
  !> Deployment n/a: sends to, port 81
  ! spec.targetPorts[0].number: is 81, and the pods of Deployment a serve 80
Deployment n/a"""
    )
    assert text(graph_of([])) == ""


def test_mermaid() -> None:
    """A flowchart; what text has a meaning there is escaped."""
    pool = obj("InferencePool", selector=SELECTOR, targetPorts=[{"number": 81}], endpointPickerRef={"name": 'e"]--x'})
    assert (
        mermaid(graph_of([workload(), pool]))
        == """\
flowchart LR
  n0["InferencePool<br/>n/a"]:::wrong
  n1["Deployment<br/>n/a"]
  n2["Service<br/>n/e#34;#93;--x"]:::absent
  n0 -.->|"asks for an endpoint"| n2
  n0 -->|"sends to, port 81"| n1
  classDef wrong stroke:#c00,stroke-width:3px
  classDef absent stroke-dasharray:4
  linkStyle 1 stroke:#c00"""
    )


KEYS = ["name", "selector", "matchLabels", "ports", "port", "template", "spec", "rules", "backendRefs", "parentRefs", "podSelector"]
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "http"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "selector",
                    "matchLabels",
                    "ports",
                    "port",
                    "template",
                    "spec",
                    "rules",
                    "backendRefs",
                    "parentRefs",
                    "podSelector",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(st.lists(st.tuples(st.sampled_from(["Service", "HTTPRoute", "NetworkPolicy", "Deployment", "PodMonitor"]), VALUES), max_size=3))
def test_objects_of_any_shape_do_no_harm(given_objects: list[tuple[str, Any]]) -> None:
    """What has another shape than its kind is left out, or its parts are."""
    objects = [
        {"apiVersion": "v1", "kind": kind, "metadata": {"name": f"a{index}"}, "spec": spec}
        for index, (kind, spec) in enumerate(given_objects)
    ]
    graph = graph_of([*objects, workload()])
    assert text(graph)
    assert mermaid(graph).startswith("flowchart LR\n")
