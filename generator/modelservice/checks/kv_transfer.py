"""Prefill and decode whose engines hand no KV cache over: what prefill has computed, decode computes again."""

from __future__ import annotations

from modelservice.checks.engines import engines_of
from modelservice.krm import Result
from modelservice.plan.accelerators import SIMULATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.engines import Engine
    from modelservice.compose import Composition
    from modelservice.plan import Scope

NAME, SEVERITY = "kv-transfer", "warning"
SIDES = ("decode", "prefill")


def check(service: Composition) -> Iterator[Result]:
    """A finding where engines of prefill or decode have no flag for the transfer; their files in bases/engines/ say which that is."""
    sides = [role for role in service.plan.roles if role.name in SIDES and _has_pods(role)]
    if len(sides) < len(SIDES):
        return
    lacking = [(role.name, engine, flag) for role in sides for engine in engines_of(service, role) if (flag := _lacking(engine))]
    for _, engine, flag in lacking[:1]:
        names = " and ".join(dict.fromkeys(name for name, _, _ in lacking))
        message = f"{names} without --{flag}: no KV cache goes from prefill to decode; name the preset nixl, or write the flag"
        yield Result(message, SEVERITY, field=engine.field)


def _has_pods(role: Scope) -> bool:
    return role.parameters["role"].get("replicas") != 0 or bool(role.facts["autoscaling"])


def _lacking(engine: Engine) -> str | None:
    """The flag that the engine should have; None where it has it, may have it, or needs none."""
    if not engine.container.facts["serves"] or SIMULATOR in str(engine.composed.get("image")):
        return None
    for run in engine.runs():
        flag: str | None = run.engine.get("transfer")
        if flag and not run.may_have_more() and not any(key.partition(".")[0] == flag for key, _ in run.flags):
            return flag
    return None
