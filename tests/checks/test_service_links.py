"""A Service called vllm beside pods that run vLLM."""

from __future__ import annotations

import pytest
from tests.checks.worlds import Map, deployment, found, leader_worker_set, pod, thing
from tests.compose.made import make

SERVICE = thing("Service", "vllm", spec={"ports": [{"port": 80}]})


def vllm(links: bool | None = None, **container: object) -> Map:
    """Return a pod template that runs vLLM."""
    given: Map = {} if links is None else {"enableServiceLinks": links}
    template = pod(**given)
    template["spec"]["containers"] = [{"name": "c", "image": "vllm/vllm-openai:v0.18.0", **container}]
    return template


@pytest.mark.parametrize("complete", [True, False])
def test_the_service_sets_a_variable_of_the_engine(complete: bool) -> None:
    """VLLM_PORT becomes an URL, unless the pods take no links."""
    told = found("service-links", SERVICE, deployment(template=vllm()), complete=complete)
    assert [one[:3] for one in told] == [("warning", "Deployment/web", "spec.template.spec.enableServiceLinks")]
    assert found("service-links", SERVICE, deployment(template=vllm(links=False))) == []
    assert len(found("service-links", SERVICE, deployment(template=vllm(links=True)))) == 1


def test_only_this_name_this_namespace_and_this_engine() -> None:
    """Another Service, another namespace, another program: nothing happens."""
    assert found("service-links", thing("Service", "vllm-epp"), deployment(template=vllm())) == []
    assert found("service-links", SERVICE, deployment(namespace="ml", template=vllm())) == []
    assert found("service-links", SERVICE, deployment(template=vllm(image="nginx:1"))) == []
    assert len(found("service-links", SERVICE, deployment(template=vllm(image="x:1", command=["sh", "-c", "exec vllm serve"])))) == 1


def test_a_workload_is_told_once() -> None:
    """Of leaders and workers, once; and of what a ModelService makes beside a Service of its extraObjects."""
    groups = leader_worker_set({"leaderTemplate": vllm(), "workerTemplate": vllm()})
    assert len(found("service-links", SERVICE, groups)) == 1
    spec: Map = {"profile": "llm-d", "decode": {"containers": [{"name": "e", "image": "vllm:1"}]}, "prefill": {"create": False}}
    assert len(found("service-links", SERVICE, *make(spec).objects)) == 1
    spec["decode"]["enableServiceLinks"] = False
    assert found("service-links", SERVICE, *make(spec).objects) == []
