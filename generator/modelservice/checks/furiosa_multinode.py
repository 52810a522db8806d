"""multinode with profile furiosa: the pods of a LeaderWorkerSet cannot serve one model together."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "furiosa-multinode", "warning"


def check(service: Composition) -> Iterator[Result]:
    """A finding when both are set."""
    facts = service.plan.service.facts
    if facts["multinode"] and facts["profile"] == "furiosa":
        yield Result(
            "Furiosa-LLM processes cannot serve one model together, and with more than one worker only the leader's metrics "
            "reach the scheduler; use Deployments (multinode: false) and replicas",
            SEVERITY,
            field="spec.multinode",
            current=True,
        )
