"""Claims of devices: ResourceClaims and their templates."""

from __future__ import annotations

from modelservice.kubernetes.limits import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes


def request(value: Map) -> Mistakes:
    """Mistakes of a request: exact, or the first of several that is available."""
    exactly, first = "exactly" in value, bool(value.get("firstAvailable"))
    if exactly and first:
        yield ("firstAvailable",), "is there beside exactly; must be one of them"
    elif not exactly and not first:
        yield (), "says no device; must have exactly or firstAvailable"
    if exactly:
        for below, message in allocation(value["exactly"]):
            yield ("exactly", *below), message


def allocation(value: Map) -> Mistakes:
    """Mistakes of how many devices are asked for."""
    if value.get("allocationMode") == "All" and value.get("count"):
        yield ("count",), "is there; allocationMode All takes none"


def constraint(value: Map) -> Mistakes:
    """Mistakes of what devices must have in common."""
    if "matchAttribute" not in value and "distinctAttribute" not in value:
        yield (), "says no attribute; must have matchAttribute or distinctAttribute"


def device_claim(value: Map) -> Mistakes:
    """Mistakes of constraints and configs that are about requests which are not there."""
    known = set()
    for one in value.get("requests", ()):
        known.add(one.get("name"))
        known |= {f"{one.get('name')}/{below.get('name')}" for below in one.get("firstAvailable", ())}
    for field in ("constraints", "config"):
        for index, item in enumerate(value.get(field, ())):
            for place, name in enumerate(item.get("requests", ())):
                if name not in known:
                    right = ", ".join(sorted(map(str, known))) or "none is there"
                    yield (field, index, "requests", place), f"is {quoted(name)}, which is no request; must be one of the requests: {right}"
