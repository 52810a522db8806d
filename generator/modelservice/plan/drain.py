"""Draining: how long a pod that stops has for its requests in flight, and how its engine is told (specification: Draining)."""

from __future__ import annotations

from modelservice import data
from modelservice.plan.accelerators import SIMULATOR
from modelservice.plan.images import read_version, version_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

LEAVING, REST = 15, 15  # seconds to leave the endpoints before SIGTERM, and to end after the last request
NO_FLAG: Map = {}


def of_role(spec: Map, role: Map) -> Map:
    """The times of a role that drains, in seconds: ``leaving``, ``seconds`` for requests, and ``grace`` in all; empty when it does not."""
    asked = role.get("drain")
    asked = spec.get("drain") if asked is None else asked
    return {} if asked is None else {"leaving": LEAVING, "seconds": asked, "grace": LEAVING + asked + REST}


def flag_of(engine: str) -> Map:
    """The flag that tells ``engine`` how long to drain, and the first version that has it (``since``); empty for one that has none."""
    return (data.document("bases", "engines", f"{engine}.yaml").get("drain") or NO_FLAG) if engine in _engines() else NO_FLAG


def flags(container: Map, facts: Map, times: Map) -> Map | None:
    """The flags that tell a container to drain; None where its engine or its version has none, or nobody knows what its command runs."""
    flag = flag_of(facts["engine"]) if times else NO_FLAG
    if not flag or not takes_flags(container, facts) or is_too_old(container, flag):
        return None
    return {flag["flag"]: times["seconds"]}


def takes_flags(container: Map, facts: Map) -> bool:
    """Whether what a container runs is known to be its engine: a generated command, or one of its own that names the engine."""
    if SIMULATOR in str(container.get("image") or ""):
        return False
    program = str(next(iter(container.get("command") or []), "")).rpartition("/")[2]
    return facts["modelCommand"] != "custom" or program == str(facts["engine"])


def is_too_old(container: Map, flag: Map) -> bool:
    """Whether a container says a version of its engine that does not have ``flag`` yet."""
    version, since = version_in(container), read_version(flag["since"])
    return version is not None and since is not None and version < since


def _engines() -> list[str]:
    return data.names("bases", "engines")
