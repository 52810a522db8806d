"""Several replicas of the endpoint picker."""

from __future__ import annotations

import pytest
from tests.overlays.automatic.routing.test_endpoint_picker import container, named, picker


@pytest.mark.parametrize(("replicas", "several"), [(0, False), (1, False), (2, True), (None, False)])
def test_one_of_several_leads(replicas: int | None, several: bool) -> None:
    """Of several replicas one leads: a flag, a Lease that it may take, and probes that know who leads."""
    made = picker({"replicas": replicas})
    own = container(made)
    assert ("--ha-enable-leader-election=true" in own["args"]) is several
    asked = [own[probe]["grpc"]["service"] for probe in ("livenessProbe", "readinessProbe")]
    assert asked == (["liveness", "readiness"] if several else ["inference-extension"] * 2)
    names = [obj["metadata"]["name"] for obj in made.objects if obj["kind"] in ("Role", "RoleBinding")]
    assert ("llama-epp-leader" in names) is several
    if several:
        binding = named(made, "RoleBinding", "llama-epp-leader")
        assert binding["roleRef"]["name"] == "llama-epp-leader"
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "llama-epp"}]
        assert named(made, "Role", "llama-epp-leader")["rules"][0]["resources"] == ["leases"]
