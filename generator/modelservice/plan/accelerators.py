"""The devices of a role: by a device plugin or by claims, how many, by which names (specification: Device plugins, Claims)."""

from __future__ import annotations

from modelservice.config.rules import rules_of
from modelservice.texts import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.plan.problems import Problems

    Map = dict[str, Any]

SIMULATOR = "llm-d-inference-sim"  # serves without a model, hence without devices
DOMAIN_CLAIM = "compute-domain-channel"  # what pods call their claim of a ComputeDomain


def mode(spec: Map, role: Map, profile: str) -> tuple[str, str]:
    """How ``role`` gets its devices (``device``, ``dra`` or ``none``), and the type of its accelerator."""
    accelerator = spec.get("accelerator") or {}
    rules = rules_of(profile)["accelerator"]
    by_role = rules["claims"] == "accelerator"
    of_role = (role.get("accelerator") or {}) if by_role else {}
    kind = of_role.get("type") or accelerator.get("type") or rules["type"]
    if not by_role:
        dra = (spec.get("dra") or {}).get("enabled")
    else:
        dra = of_role["dra"] if of_role.get("dra") is not None else accelerator.get("dra")
    return "dra" if dra else "none" if kind == "cpu" else "device", kind


def device(spec: Map, kind: str, profile: str, container: Map, devices: int, problems: Problems) -> Map:
    """The extended resource a container asks for, and how many: the user's number where there is one, else ``devices``.

    Empty when the container needs none. ``mismatch`` is a sentence when the user's number is another one than ``devices``.
    """
    if kind == "cpu" or SIMULATOR in str(container.get("image") or ""):
        return {}
    rules = rules_of(profile)["accelerator"]
    resources = (spec.get("accelerator") or {}).get("resources") or {}
    resource = resources.get(kind, rules.get("resource")) if "resource" in rules else resources.get(kind) or resources.get(rules["type"])
    if resource == "" and "resource" in rules:
        return {}
    if resource is None:
        problems.error(
            f"spec.accelerator.resources.{kind}",
            f"missing; give the device plugin's resource for accelerator type {shown(kind)}",
        )
        return {}
    count = _asked(container, resource)
    found = {"resource": resource, "count": str(devices if count is None else count)}
    if found["count"] != str(devices):
        found["mismatch"] = f"{resource} is set to {found['count']}, but the parallelism needs {devices}; {found['count']} is used"
    return found


def asked_by(container: Map, spec: Map, kind: str) -> int | None:
    """How many devices of type ``kind`` a container of the user's asks for by itself; None where it does not say a number."""
    resource = ((spec.get("accelerator") or {}).get("resources") or {}).get(kind)
    given = _asked(container, resource) if resource else None
    return whole_number(str(given)) if given is not None else None


def _asked(container: Map, resource: str) -> Any:
    asked = container.get("resources") or {}
    return next((asked[part][resource] for part in ("limits", "requests") if resource in (asked.get(part) or {})), None)


def whole(device: Map, devices: int) -> int:
    """How many devices a container has: what it asks for, where that is a whole number, else the ``devices`` of the pod."""
    asked = whole_number(device.get("count", ""))
    return devices if asked is None else asked


def environment(spec: Map, kind: str) -> list[Map] | None:
    """The variables that containers on accelerators of type ``kind`` need; none for cpu."""
    by_type = (spec.get("accelerator") or {}).get("env") or {}
    return by_type.get(kind) if kind != "cpu" else None


def claim_template(spec: Map, kind: str, profile: str, role: str, devices: int, problems: Problems) -> Map:
    """The ResourceClaimTemplate of a role under DRA: name, claim (the pod's name for it), match, devices, perPod and count.

    The last three are as ``claims.asked`` says them.
    """
    rules = rules_of(profile)["accelerator"]
    if rules["claims"] == "dra":
        dra = spec.get("dra") or {}
        field, kind, templates = "spec.dra.type", dra.get("type") or "", [one for one in dra.get("claimTemplates") or [] if one]
        given = next((template for template in templates if template.get("name") == kind), None)
        there = ", ".join(str(template.get("name")) for template in templates)
        place = f"spec.dra.claimTemplates[{dra['claimTemplates'].index(given)}]" if given else field
    else:
        field, by_type = (
            "spec.accelerator.resourceClaimTemplates",
            (spec.get("accelerator") or {}).get("resourceClaimTemplates") or {},
        )
        given, there, place = by_type.get(kind), ", ".join(by_type), f"{field}.{kind}"
    if given is None:
        problems.error(field, f"no claim template for {shown(kind)}; there are: {there or 'none'}", kind)
        return {}
    for key in ("name", "class"):
        if not given.get(key) and not (key == "class" and given.get("requests")):
            problems.error(field, f"the claim template for {shown(kind)} needs a {key}")
    from modelservice.plan import claims  # most devices are a plugin's  # noqa: PLC0415

    name = given.get("name") or ""
    names = (
        {"name": f"{name}-resource-claim-template", "claim": f"{name}-resource-claim"}
        if rules["claims"] == "dra"
        else {"name": f"{name}-{role}", "claim": f"{name.removesuffix('-claim-template')}-{role}-claim"}
    )
    return {**names, "match": given.get("match") or "exactly", **claims.asked(given, kind, devices, place, problems)}


def compute_domain(spec: Map, name: str, profile: str) -> Map:
    """The ComputeDomain of a service, whose pods reach each other's GPUs over Multi-Node NVLink; empty where none is asked for.

    It has a ``name``, the number of ``nodes``, and the ``template`` that its controller makes claims by. Any number of nodes, 0, is what
    the driver wants from 25.8 on, and none other could follow the replicas: a ComputeDomain cannot be changed.
    """
    given = (spec.get("accelerator") or {}).get("computeDomain") if profile == "llm-d" else None
    return {} if given is None else {"name": name, "nodes": given.get("nodes") or 0, "template": f"{name}-{DOMAIN_CLAIM}"}


def pod_claims(template: Map, role: Map, domain: Map | None = None) -> list[Map]:
    """The claims of a pod: its accelerators', when ``template`` is not empty, that of its ``domain``, then the role's own.

    One of the role's own replaces another of its name.
    """
    own = role.get("resourceClaims") or []
    made: list[Map] = []
    if template:
        from modelservice.plan import claims  # most devices are a plugin's  # noqa: PLC0415

        made = claims.of_template(template)
    if domain:
        made.append({"name": DOMAIN_CLAIM, "resourceClaimTemplateName": domain["template"]})
    names = [claim.get("name") for claim in own]
    return [*(claim for claim in made if claim["name"] not in names), *own]


def container_claims(container: Map, of_pod: list[Map]) -> list[Map]:
    """The claims a container uses: its own, then all of the pod's."""
    own = (container.get("resources") or {}).get("claims") or []
    names = [claim.get("name") for claim in own]
    return [*own, *({"name": claim["name"]} for claim in of_pod if claim.get("name") not in (None, *names))]
