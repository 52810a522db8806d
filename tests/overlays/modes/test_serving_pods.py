"""Where only leaders serve, the pods that do have a label."""

from __future__ import annotations

from tests.compose.made import make
from tests.compose.serving import SERVES, served


def test_the_leader_has_the_label_that_the_monitor_selects() -> None:
    """And no worker; where all serve, nobody needs it."""
    spec = served(mode="internal", data=4, dataLocal=2)
    spec["decode"]["monitoring"] = {"podmonitor": {"enabled": True}}
    made = make(spec)
    group = made.workload()["spec"]["leaderWorkerTemplate"]
    assert [SERVES in group[name]["metadata"]["labels"] for name in ("leaderTemplate", "workerTemplate")] == [True, False]
    assert made.one("PodMonitor")["spec"]["selector"]["matchLabels"][SERVES] == "true"
    assert SERVES not in make(served(mode="hybrid", data=4, dataLocal=2)).template()["metadata"]["labels"]
