"""Fast model actuation: a requester ReplicaSet stands in for the decode pods (specification: Requesters)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Made, engine, make

from modelservice.krm import parse

Map = dict[str, Any]
PATCH, ADMIN = "dual-pod.llm-d.ai/server-patch", "dual-pod.llm-d.ai/admin-port"


def requested(**spec: Any) -> Made:
    """Make a service with the requester."""
    return make({"profile": "llm-d", **spec, "requester": {"enable": True, **spec.get("requester", {})}}, namespace="serving")


def patch_of(made: Made) -> Map:
    """Return the patch that a requester holds as text."""
    text = made.template()["metadata"]["annotations"][PATCH]
    assert isinstance(text, str)
    patch: Map = parse(text)
    return patch


def test_the_requester_is_a_replica_set_of_its_own_pods() -> None:
    """ReplicaSet `<fullname>-decode` that selects app=dp-app, with the service's labels (specification: Requesters)."""
    workload = requested(decode={"replicas": 3}).one("ReplicaSet")
    assert workload["apiVersion"] == "apps/v1"
    assert (workload["metadata"]["name"], workload["metadata"]["namespace"]) == ("llama-decode", "serving")
    assert workload["metadata"]["labels"]["app.kubernetes.io/name"] == "modelservice"
    assert workload["spec"]["replicas"] == 3
    assert workload["spec"]["selector"] == {"matchLabels": {"app": "dp-app"}}
    assert workload["spec"]["template"]["metadata"]["labels"] == {"app": "dp-app"}


def test_the_container_is_the_requester() -> None:
    """inference-server with its image, command, env, ports, readiness and limits (specification: Requesters)."""
    made = requested()
    assert made.template()["metadata"]["annotations"][ADMIN] == "8081"
    assert made.pod()["containers"] == [
        {
            "name": "inference-server",
            "image": "ghcr.io/llm-d-incubation/llm-d-fast-model-actuation/requester:latest",
            "imagePullPolicy": "Always",
            "command": ["/app/requester"],
            "env": [{"name": "PROBES_PORT", "value": "8080"}, {"name": "SPI_PORT", "value": "8081"}],
            "ports": [{"name": "probes", "containerPort": 8080}, {"name": "spi", "containerPort": 8081}],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "initialDelaySeconds": 2, "periodSeconds": 5},
            "resources": {"limits": {"nvidia.com/gpu": "1", "cpu": "1", "memory": "250Mi"}},
        }
    ]


def test_what_the_user_says_of_the_requester() -> None:
    """Each key of requester is used (specification: Requesters)."""
    given_keys: Map = {
        "image": "r:1",
        "adminPort": "9",
        "port": {"probes": "10", "spi": 11},
        "readinessProbe": {"initialDelaySeconds": 1, "periodSeconds": None},
        "resources": {"limits": {"gpus": "2", "cpus": 0.5, "memory": None}},
    }
    made = requested(requester=given_keys)
    container = made.container()
    assert made.template()["metadata"]["annotations"][ADMIN] == "9"
    assert container["image"] == "r:1"
    assert [variable["value"] for variable in container["env"]] == ["10", "11"]
    assert [port["containerPort"] for port in container["ports"]] == [10, 11]
    assert container["readinessProbe"] == {"httpGet": {"path": "/ready", "port": 10}, "initialDelaySeconds": 1}
    assert container["resources"] == {"limits": {"nvidia.com/gpu": "2", "cpu": "500m"}}


def test_the_patch_is_the_decode_pod_as_composed() -> None:
    """Init containers and containers of the pod that a Deployment would have had, all overlays applied (specification: Requesters)."""
    spec: Map = {
        "presets": ["shm", "probes"],
        "tracing": {"enabled": True},
        "decode": {
            "containers": [engine(mountModelVolume=True, args=["--x"], extraConfig={"tty": True})],
            "extraConfig": {"hostNetwork": True},
        },
    }
    patch = patch_of(requested(**spec))
    pod = make({"profile": "llm-d", **spec}).pod()
    assert patch["spec"] == {"initContainers": pod["initContainers"], "containers": pod["containers"]}
    assert patch["spec"]["containers"][0]["tty"] is True


@pytest.mark.parametrize(("name", "repo", "reg"), [("meta/llama-8b", "meta", "llama-8b"), ("gpt2", "gpt2", ""), ("a/b/c", "a", "b/c")])
def test_the_patch_labels_the_model(name: str, repo: str, reg: str) -> None:
    """model-repo is the model's name before the slash, model-reg the part after; app is taken away (specification: Requesters)."""
    patch = patch_of(requested(modelArtifacts={"name": name}))
    assert patch["metadata"] == {"labels": {"model-reg": reg, "model-repo": repo, "app": None}}


def test_annotations_of_the_role_are_left_out() -> None:
    """Neither annotations nor podAnnotations of decode are on the requester (specification: Requesters)."""
    made = requested(decode={"annotations": {"a": "1"}, "podAnnotations": {"b": "2"}})
    assert "annotations" not in made.workload()["metadata"]
    assert set(made.template()["metadata"]["annotations"]) == {PATCH, ADMIN}


def test_only_decode_is_requested() -> None:
    """Prefill keeps its Deployment; multinode keeps LeaderWorkerSets; furiosa knows no requester (specification: Requesters)."""
    assert requested().workload("prefill")["kind"] == "Deployment"
    assert requested(multinode=True).workload()["kind"] == "LeaderWorkerSet"
    assert make({"requester": {"enable": True}}).workload()["kind"] == "Deployment"


@pytest.mark.parametrize("key", ["image", "adminPort"])
def test_a_deleted_key_that_is_needed_is_an_error(key: str) -> None:
    """The error names the key (specification: Missing values)."""
    errors = requested(requester={key: None}).errors
    assert len(errors) == 1
    assert errors[0].startswith(f"spec.requester.{key}: missing")


def test_the_text_of_the_patch_is_yaml_that_everyone_reads_alike() -> None:
    """Strings that look like numbers or booleans are quoted in it, and lists are in block style."""
    env = [{"name": "A", "value": "on"}, {"name": "B", "value": "0755"}, {"name": "C", "value": "1e3"}]
    made = requested(decode={"containers": [engine(env=env)]})
    variables = {variable["name"]: variable["value"] for variable in patch_of(made)["spec"]["containers"][0]["env"]}
    assert (variables["A"], variables["B"], variables["C"]) == ("on", "0755", "1e3")
