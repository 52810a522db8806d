"""What overlays are chosen by and filled with: the facts and parameters of a service, a role, a container."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

# Whose fields a layer holds: the profile's defaults, or what the user wrote.
PROFILE, SPEC = "profile", "spec"

# The pods of a group: the first, the others; or all of them, where they are alike, and pods without a group.
LEADER, WORKER, ALIKE = "leader", "worker", "alike"


class Scope:
    """The service or one of its roles.

    ``fields`` holds, by layer, the parameters that depend on who wrote the fields, such as ``role``. ``others`` are the names of the
    containers that are neither an engine nor the proxy, by their list in the pod. ``worker`` is the scope of the worker pods of a role's
    groups where they are others than the leader, whose scope this is then.
    """

    __slots__ = ("containers", "facts", "fields", "name", "others", "parameters", "worker")

    def __init__(self, name: str, facts: Map, parameters: Map) -> None:
        self.name, self.facts, self.parameters = name, facts, parameters
        self.worker: Scope | None = None
        self.containers: list[Container] = []
        self.fields: dict[str, Map] = {}
        self.others: dict[str, list[str]] = {}

    @property
    def pod(self) -> str:
        """What tells the pods of the scope from those of others: the role, and which pods of its groups they are."""
        return f"{self.name} {WORKER}" if self.facts.get("pod") == WORKER else self.name

    def split(self) -> Scope:
        """The scope of the worker pods, made like this one where they were alike; this one is the leader's then."""
        if self.worker is None:
            self.worker = Scope(self.name, {**self.facts, "pod": WORKER}, self.parameters)
            self.worker.containers, self.worker.fields, self.worker.others = self.containers, self.fields, self.others
            self.facts["pod"] = LEADER
        return self.worker


class Container:
    """An engine container of a role; ``facts`` and ``parameters`` are those that it has beyond the role's.

    ``fields`` holds the parameter ``container`` under each layer that says something of the container.
    """

    __slots__ = ("facts", "fields", "name", "parameters")

    def __init__(self, name: str, facts: Map, parameters: Map, fields: dict[str, Map]) -> None:
        self.name, self.facts, self.parameters, self.fields = name, facts, parameters, fields


def says_something(fields: Map) -> Map:
    """The fields that say something: an empty list or map, as values files have them, does not."""
    return {key: value for key, value in fields.items() if value is not None and value not in ([], {})}


def placed(items: list[Map] | None, key: str) -> list[Map] | None:
    """``items`` for a base, where they come first; what is patched over them keeps its place. None where there are none."""
    return [item for item in _last_of_each(items or [], key) if "$patch" not in item] or None


def replacing(items: list[Map], key: str) -> list[Map]:
    """A patch that puts ``items`` in the place of what has their keys, whole: a user's value must not meet a generated source."""
    last = _last_of_each(items, key)
    return [*({key: item[key], "$patch": "delete"} for item in last), *last]


def _last_of_each(items: list[Map], key: str) -> list[Map]:
    """``items`` with each value of ``key`` once: the last, at the place of the first; merged into one they would be neither of them."""
    return list({item.get(key): item for item in items if key in item}.values())
