"""extraConfig: any other fields of the pods and the containers (specification: Extra fields)."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize("multinode", [False, True])
def test_any_field_of_a_pod(multinode: bool) -> None:
    """Fields that the config does not know are the pod's, in either workload."""
    made = make({"multinode": multinode, "decode": {"extraConfig": {"hostNetwork": True, "dnsConfig": {"options": [{"name": "ndots"}]}}}})
    assert made.pod()["hostNetwork"] is True
    assert made.pod()["dnsConfig"] == {"options": [{"name": "ndots"}]}


STOP = {"preStop": {"sleep": {"seconds": 1}}}


def test_any_field_of_a_container() -> None:
    """Each container has its own."""
    made = make({"decode": {"containers": [engine(extraConfig={"lifecycle": STOP}), engine(name="b")]}})
    assert made.container()["lifecycle"] == STOP
    assert "lifecycle" not in made.container(index=1)


def test_it_is_templated() -> None:
    """Text in it may refer to the spec (specification: Templated text)."""
    extra = {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["{{ .Release.Name }}.local"]}]}
    assert make({"decode": {"extraConfig": extra}}).pod()["hostAliases"][0]["hostnames"] == ["llama.local"]


def test_it_is_not_filled_with_parameters() -> None:
    """``${VAR}`` in a user's text is the user's."""
    made = make(
        {"decode": {"containers": [engine(extraConfig={"lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "${name} $HOME"]}}}})]}}
    )
    assert made.container()["lifecycle"]["postStart"]["exec"]["command"][2] == "${name} $HOME"


@pytest.mark.parametrize("kind", ["containers", "initContainers"])
@pytest.mark.parametrize("name", [["a"], {"a": 1}, 5])
def test_a_container_whose_name_is_no_text(kind: str, name: object) -> None:
    """What nobody can merge or run is told of the field it is in."""
    made = make({"decode": {"extraConfig": {kind: [{"name": name, "image": "busybox:1"}]}}})
    assert [text for text in made.errors if "spec.decode.extraConfig" in text]


@pytest.mark.parametrize("lifecycle", ["preStop", ["preStop"], 5, {"preStop": "sleep"}, {"preStop": ["sleep"]}])
def test_a_lifecycle_that_is_none(lifecycle: object) -> None:
    """What is no lifecycle is told of the container's own field, and of nothing else."""
    made = make({"decode": {"containers": [engine(extraConfig={"lifecycle": lifecycle})]}})
    assert made.found("kubernetes-fields")
    assert all("spec.decode.containers[0].extraConfig.lifecycle" in field for _, field, _ in made.found("kubernetes-fields"))
