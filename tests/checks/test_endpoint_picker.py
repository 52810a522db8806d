"""An InferencePool and its endpoint picker's Service."""

from __future__ import annotations

import pytest
from tests.checks.worlds import Map, found, thing


def pool(picker: Map, namespace: str | None = None) -> Map:
    """Return an InferencePool with this reference to its picker."""
    return thing("InferencePool", "pool", "inference.networking.k8s.io/v1", namespace, spec={"endpointPickerRef": picker})


def service(*ports: int, namespace: str | None = None) -> Map:
    """Return the picker's Service."""
    return thing("Service", "epp", namespace=namespace, spec={"ports": [{"port": port} for port in ports]})


PICKER: Map = {"name": "epp", "port": {"number": 9002}}


def test_a_port_that_the_service_lacks() -> None:
    """The pool would call a port that nobody answers: an error with both numbers."""
    assert found("endpoint-picker", pool(PICKER), service(9003, 80)) == [
        ("error", "InferencePool/pool", "spec.endpointPickerRef.port.number", "is 9002, and Service epp has 9003, 80", 9002)
    ]
    (one,) = found("endpoint-picker", pool(PICKER), service(), complete=False)
    assert one.message == "is 9002, and Service epp has none"


def test_a_service_that_is_not_there() -> None:
    """A picker that nobody deploys here is a warning, unless it is external or not all resources can be seen."""
    for others in ((), (service(9002, namespace="other"),)):
        assert found("endpoint-picker", pool(PICKER), *others) == [
            ("warning", "InferencePool/pool", "spec.endpointPickerRef.name", "there is no Service epp in namespace default", "epp")
        ]
    assert found("endpoint-picker", pool(PICKER), complete=False) == []
    assert found("endpoint-picker", pool(PICKER), external=("Service/epp",)) == []
    assert found("endpoint-picker", pool(PICKER), external=("Service/*",)) == []
    assert found("endpoint-picker", pool(PICKER), external=("Service/other", "ConfigMap/*")) != []


@pytest.mark.parametrize(
    "picker",
    [PICKER, {"name": "epp"}, {**PICKER, "kind": "Service"}, {"name": "none", "kind": "Picker", "port": {"number": 1}}, {}],
)
def test_what_fits_or_cannot_be_told(picker: Map) -> None:
    """A port that the Service has, no port, a picker of another kind: nothing to tell."""
    assert found("endpoint-picker", pool(picker), service(80, 9002)) == []
    assert found("endpoint-picker", pool(picker, "ml"), service(80, 9002, namespace="ml")) == []
