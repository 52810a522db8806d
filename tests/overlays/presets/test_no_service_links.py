"""Preset no-service-links: no variables of Services."""

from __future__ import annotations

import pytest
from tests.compose.made import make


@pytest.mark.parametrize("multinode", [False, True])
def test_pods_get_no_links(multinode: bool) -> None:
    """In all roles, unless a role says otherwise."""
    spec = {"profile": "llm-d", "multinode": multinode, "presets": ["no-service-links"], "prefill": {"enableServiceLinks": True}}
    made = make(spec)
    assert made.pod()["enableServiceLinks"] is False
    assert made.pod("prefill")["enableServiceLinks"] is True


def test_it_is_opt_in() -> None:
    """Unasked, the pods say nothing of it."""
    assert "enableServiceLinks" not in make({}).pod()
