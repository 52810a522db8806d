"""Pods that stop before their requests have ended: a signal that nobody gets, a time that is too short, an engine that is not told."""

from __future__ import annotations

import re

from modelservice.compose import flags
from modelservice.krm import Result
from modelservice.plan import drain
from modelservice.plan.accelerators import SIMULATOR
from modelservice.plan.images import version_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]

NAME, SEVERITY = "draining", "warning"
USUAL_GRACE = 30  # seconds that Kubernetes gives where a pod does not say
HANDS_ON = re.compile(r"(^|[;&|({]|\b(then|do|else))\s*(exec|trap)\s", re.MULTILINE)
SLEEP = re.compile(r"\bsleep\s+(\d{1,6})s?\b")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each container whose engine does not get the signal or is not told, and for each grace period that is too short."""
    for role in service.plan.roles:
        pod = service.pods[role.name]["spec"]
        composed = {container["name"]: container for container in pod["containers"]}
        for index, planned in enumerate(role.containers):
            if planned.name in composed:
                field = f"spec.{role.name}.containers[{index}]"
                yield from _unheard(composed[planned.name], field)
                if role.facts["drain"]:
                    version = planned.parameters["container"].get("version")
                    yield from _untold({**composed[planned.name], "version": version}, planned.facts, role, field)
        yield from _cut_short(service, role, pod)
        if role.facts["autoscaling"] and not role.facts["drain"]:
            message = "pods that are scaled away lose their requests; drain: SECONDS, or the preset graceful-shutdown, lets them end"
            yield Result(message, "info", field=f"spec.{role.name}.autoscaling.enabled", current=True)


def _unheard(container: Map, field: str) -> Iterator[Result]:
    """A shell that runs the engine as its child keeps SIGTERM for itself."""
    script = _script(container)
    if script and not HANDS_ON.search(script):
        message = "runs a shell script without exec, so that SIGTERM does not reach the engine; put exec in front of its command"
        yield Result(message, SEVERITY, field=f"{field}.command")


def _untold(container: Map, facts: Map, role: Scope, field: str) -> Iterator[Result]:
    """An engine that aborts its requests, since its version, or a command of one's own, does not have the flag."""
    flag, image = drain.flag_of(facts["engine"]), str(container.get("image") or "")
    if not flag or SIMULATOR in image:
        return
    engine, option = facts["engine"], f"--{flag['flag']} {role.parameters['drain']['seconds']}"
    script = _script(container)
    said = container["version"]
    if drain.is_too_old(container, flag):
        who = "this" if said else "the tag"
        message = f"{engine} before {flag['since']}, as {who} says, aborts its requests at SIGTERM; a newer one gets {option}"
        yield Result(message, "info", field=f"{field}.{'version' if said else 'image'}", current=said or image)
    elif drain.takes_flags(container, facts):
        if version_in(container) is None:
            message = (
                f"gets {option}, which {engine} before {flag['since']} does not know; the tag does not say its version, engine.version may"
            )
            yield Result(message, "info", field=f"{field}.image", current=image)
    elif re.search(rf"\b{engine}\b", script or " ".join(map(str, container.get("command") or []))) and f"--{flag['flag']}" not in script:
        message = f"is not told how long to drain, and {engine} aborts its requests at SIGTERM; add {option} to the command"
        yield Result(message, SEVERITY, field=f"{field}.command")


def _cut_short(service: Composition, role: Scope, pod: Map) -> Iterator[Result]:
    """A grace period that is over before the preStop hook and the engine's own time are."""
    grace = pod.get("terminationGracePeriodSeconds", USUAL_GRACE)
    needed = max((_seconds(container, role) for container in pod["containers"]), default=0)
    if isinstance(grace, int) and needed and grace < needed:
        from modelservice.origin import Trace  # only what goes wrong is looked back on  # noqa: PLC0415

        origin = Trace(service).in_pod(role.name, ["spec", "terminationGracePeriodSeconds"])
        field = origin.field if origin and origin.field else f"spec.{role.name}.terminationGracePeriodSeconds"
        message = f"{grace} s are over before preStop and the engine's draining, {needed} s, are; give more, or drain alone"
        yield Result(message, SEVERITY, field=field, current=grace, resource=origin.resource if origin else None)


def _seconds(container: Map, role: Scope) -> int:
    """How long a container asks to live on once it is stopped: its preStop hook, then what its engine was told."""
    lifecycle = container.get("lifecycle")
    hook = lifecycle.get("preStop") if isinstance(lifecycle, dict) else None
    hook = hook if isinstance(hook, dict) else {}
    sleep, command = hook.get("sleep"), hook.get("exec")
    seconds = sleep.get("seconds") if isinstance(sleep, dict) else None
    if isinstance(command, dict) and isinstance(command.get("command"), list):
        seconds = sum(map(int, SLEEP.findall(" ".join(map(str, command["command"])))))
    facts = next((planned.facts for planned in role.containers if planned.name == container["name"]), None)
    flag = drain.flag_of(facts["engine"]) if facts else None
    words = " ".join(str(word) for key in ("command", "args") for word in container.get(key) or [])
    told = re.search(rf"--{flag['flag']}[ =](\d{{1,6}})\b", words) if flag else None
    return (seconds if isinstance(seconds, int) else 0) + (int(told[1]) if told else 0)


def _script(container: Map) -> str:
    """The shell script that a container runs; empty when it runs none."""
    return flags.script(*([str(word) for word in container.get(key) or []] for key in ("command", "args"))) or ""
