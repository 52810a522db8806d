"""What a claim template asks for, as Kubernetes has it: one request or several, what their devices have in common, one claim a rank.

The rules are written down (specification: Claims, Several requests).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.plan.problems import Problems

    Map = dict[str, Any]


MODE = {"allocationMode": "ExactCount"}  # as the API server would fill it in, where no chart leaves it out


def asked(given: Map, kind: str, devices: int, field: str, problems: Problems) -> Map:
    """The ``devices`` of a claim, how many claims a pod has, ``perPod``, and the ``count`` of accelerators that they come to.

    ``given`` is the claim template, at ``field`` of the spec, ``kind`` the name of its only request where it lists none. A rank is what has
    a device of its own, so that ``perRank`` gives a pod one claim a device, each with one of what is requested.
    """
    ranks = devices if given.get("perRank") else 1
    usual = given.get("count") or devices // ranks
    listed = given.get("requests")
    requests = [_request({**given, "name": kind}, usual, MODE if given.get("perRank") else {})]
    if listed:
        requests = [_request({"class": given.get("class"), **request}, usual, MODE) for request in listed]
        for index, request in enumerate(listed):
            if not (request.get("class") or given.get("class")):
                problems.error(f"{field}.requests[{index}].class", "missing; give the DeviceClass, here or for the whole template")
    first = (listed[0].get("count") if listed else None) or usual
    rest = {key: given[key] for key in ("constraints", "config") if given.get(key)}
    return {"devices": {"requests": requests, **rest}, "perPod": ranks if given.get("perRank") else 0, "count": first * ranks}


def _request(given: Map, usual: int, mode: Map) -> Map:
    """A request as Kubernetes has it."""
    name = given.get("name")
    wanted = {"deviceClassName": given.get("class"), **mode, "count": given.get("count") or usual}
    if given.get("selectors"):
        wanted["selectors"] = given["selectors"]
    if given.get("match") == "firstAvailable":
        return {"name": name, "firstAvailable": [{"name": name, **wanted}]}
    return {"name": name, "exactly": wanted}


def of_template(template: Map) -> list[Map]:
    """The claims of a pod by a claim template: one, or with ``perRank`` one a rank, numbered."""
    ranks = template.get("perPod") or 0
    names = [f"{template['claim']}-{rank}" for rank in range(ranks)] if ranks else [template["claim"]]
    return [{"name": name, "resourceClaimTemplateName": template["name"]} for name in names]
