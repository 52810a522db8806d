"""What a Kubernetes API server refuses in an object: an unknown field, a wrong type, a name, label or quantity that is none."""

from __future__ import annotations

from modelservice.krm import Result
from modelservice.kubernetes import names, quantities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.krm import ResourceRef
    from modelservice.kubernetes import Problem

    Map = dict[str, Any]

NAME, SEVERITY = "kubernetes-fields", "error"


def _is_size(value: Any) -> bool:
    return (quantities.parse(value) or -1) > 0


def _are_labels(value: Any) -> bool:
    return all(names.is_label_key(key) and names.is_label_value(text) for key, text in value.items())


def _is_hugging_face(value: Any) -> bool:
    return bool(value.startswith("hf://"))


def _is_absolute(value: Any) -> bool:
    return bool(value.startswith("/")) and ":" not in value


def _is_port(value: Any) -> bool:
    return isinstance(value, int) and 0 < value < 65536


def _is_image(value: Any) -> bool:
    return value != "" and not any(map(str.isspace, value))


def _is_count(value: Any) -> bool:
    return bool(0 <= value < 1 << 31)


def _is_anything(_: Any) -> bool:
    return True


# Fields of a spec that the schema knows whole, with what more has to hold of each. A service that has no others, all of them right, becomes
# objects whose every other field is ours, and needs no look.
_PODMONITOR = {"enabled": _is_anything, "portName": names.is_port_name}
_ROLE: Map = {
    "create": _is_anything,
    "replicas": _is_count,
    "parallelism": _is_anything,
    "enableServiceLinks": _is_anything,
    "monitoring": {"podmonitor": _PODMONITOR},
    "containers": [
        {
            "name": names.is_dns_label,
            "image": _is_image,
            "modelCommand": _is_anything,
            "mountModelVolume": _is_anything,
            "command": _is_anything,
            "args": _is_anything,
            "flags": _is_anything,
        }
    ],
}
PLAIN: Map = {
    "profile": _is_anything,
    "presets": _is_anything,
    "enabled": _is_anything,
    "multinode": _is_anything,
    "external": _is_anything,
    "checks": _is_anything,
    "fullnameOverride": names.is_dns_subdomain,
    "serviceAccountOverride": names.is_dns_subdomain,
    "modelArtifacts": {
        "name": _is_anything,
        "uri": _is_hugging_face,
        "size": _is_size,
        "mountPath": _is_absolute,
        "authSecretName": names.is_dns_subdomain,
        "readOnly": _is_anything,
        "labels": _are_labels,
    },
    "accelerator": {"type": _is_anything},
    "routing": {
        "servicePort": _is_port,
        "proxy": {
            "enabled": _is_anything,
            "image": _is_image,
            "imagePullPolicy": _is_anything,
            "targetPort": _is_port,
            "connector": _is_anything,
        }
        | dict.fromkeys(("zapDevel", "zapEncoder", "zapLogLevel", "zapStacktraceLevel", "zapTimeEncoding", "secure"), _is_anything),
        "inferencePool": {"create": _is_anything, "endpointPicker": names.is_dns_1035},
        "httpRoute": {"create": _is_anything},
    },
    "decode": _ROLE,
    "prefill": _ROLE,
}


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such thing in the objects of a service and its pods, at the field that a user wrote."""
    config = service.plan.config
    known = names.is_dns_subdomain(config.name) and names.is_dns_label(config.namespace or "default")
    if known and not any(service.overlays) and _is_plain(config.own, PLAIN):
        return
    found = [(obj, problem) for obj in _looked_at(service) for problem in _problems(obj, config.spec)]
    if not found:
        return
    from modelservice.origin import Trace  # only for what is wrong  # noqa: PLC0415

    trace, told = Trace(service), set()
    for obj, problem in found:
        result = _result(trace, obj, problem)
        if (result.field, result.message) not in told:  # one mistake may show in both roles, or in several objects
            told.add((result.field, result.message))
            yield result


def _looked_at(service: Composition) -> list[Map]:
    """The objects, and the pods that are only text in one of them."""
    hidden = [role for role in service.plan.roles if role.facts["workload"] == "ReplicaSet"]
    pods = [
        {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": role.name}, "template": service.pods[role.name]} for role in hidden
    ]
    return [*service.objects, *pods]


def _problems(obj: Map, spec: Map) -> list[Problem]:
    from modelservice.kubernetes import problems  # its data takes a millisecond to read  # noqa: PLC0415

    return problems(obj, spec.get("kubernetesVersion"))


def _result(trace: Any, obj: Map, problem: Problem) -> Result:
    from modelservice.krm import ResourceRef  # noqa: PLC0415

    path = problem.path
    if obj["kind"] == "PodTemplate" and path[:1] == ("template",):
        origin = trace.in_pod(obj["metadata"]["name"], path[1:])
    else:
        origin = trace.origin(obj, path)
    resource: ResourceRef | None = origin.resource if origin is not None else ResourceRef.of(obj)
    field = origin.field if origin is not None else written(path)
    return Result(problem.message, problem.severity, field=field, current=problem.current, resource=resource)


def written(path: tuple[str | int, ...]) -> str:
    """A path as it is written in results."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _is_plain(value: Any, known: Any) -> bool:
    """Whether ``value`` has only fields that are ``known``, and each of them is right."""
    if value is None:
        return True
    if isinstance(known, dict):
        return all(key in known and _is_plain(below, known[key]) for key, below in value.items())
    if isinstance(known, list):
        return all(_is_plain(item, known[0]) for item in value)
    return bool(known(value))
