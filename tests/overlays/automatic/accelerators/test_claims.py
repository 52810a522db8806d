"""Pods claim their devices, engine containers use the claims (specification: Claims)."""

from __future__ import annotations

from tests.compose.made import engine, make


def test_every_engine_container_uses_all_claims() -> None:
    """Containers list the pod's claims; init containers and the proxy do not."""
    made = make(
        {
            "dra": {"enabled": True},
            "decode": {"resourceClaims": [{"name": "nic", "resourceClaimName": "n"}], "containers": [engine(), engine(name="b")]},
        }
    )
    names = ["furiosa-resource-claim", "nic"]
    assert [claim["name"] for claim in made.pod()["resourceClaims"]] == names
    for index in (0, 1):
        assert made.container(index=index)["resources"] == {"claims": [{"name": name} for name in names]}
    assert made.proxy()["resources"] == {}


def test_without_claims_nothing_is_claimed() -> None:
    """A pod on a device plugin has no claims at all."""
    made = make({})
    assert "resourceClaims" not in made.pod()
    assert "claims" not in made.container()["resources"]
