"""The workload says that the user asks for another number of devices than the parallelism needs (specification: Device plugins)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make

KEY = "llm-d.ai/accelerator-warning"
OTHER = {"containers": [engine(resources={"limits": {"nvidia.com/gpu": "7"}})]}


@pytest.mark.parametrize(
    ("spec", "kind"),
    [({}, "Deployment"), ({"multinode": True}, "LeaderWorkerSet"), ({"requester": {"enable": True}}, "ReplicaSet")],
)
def test_every_workload_is_annotated(spec: dict[str, Any], kind: str) -> None:
    """Whatever runs the role, the annotation is on it, and on no other role."""
    made = make({"profile": "llm-d", **spec, "decode": OTHER})
    assert made.workload()["kind"] == kind
    assert "nvidia.com/gpu is set to 7" in made.workload()["metadata"]["annotations"][KEY]
    assert KEY not in made.workload("prefill")["metadata"].get("annotations", {})
    assert KEY not in made.template()["metadata"].get("annotations", {})


def test_users_annotations_stay_beside_it() -> None:
    """The warning is one annotation among the user's."""
    made = make({"profile": "llm-d", "decode": {**OTHER, "annotations": {"team": "a"}}})
    assert set(made.workload()["metadata"]["annotations"]) == {"team", KEY}
