"""Configs that say nothing in Kubernetes' own words: every field of what they become is ours, so that nobody need look at it again."""

from __future__ import annotations

from modelservice.kubernetes import names, quantities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]


NAME_OF_PROXY = "routing-proxy"  # a container of this name may stand beside the proxy


def is_plain(document: Map) -> bool:
    """Whether a ModelService has only fields that its schema knows whole, with names, labels, ports and sizes that Kubernetes takes."""
    metadata = document.get("metadata") or {}
    named = names.is_dns_subdomain(metadata.get("name") or "") and names.is_dns_label(metadata.get("namespace") or "default")
    return named and _has_only(document.get("spec"), SPEC)


def _has_only(value: Any, known: Any) -> bool:
    """Whether ``value`` has only fields that are ``known``, and each of them is right."""
    if value is None:
        return True
    if isinstance(known, dict):
        return all(key in known and _has_only(below, known[key]) for key, below in value.items())
    if isinstance(known, list):
        return all(_has_only(item, known[0]) for item in value)
    return bool(known(value))


def _any(_: Any) -> bool:
    return True


def _size(value: Any) -> bool:
    return (quantities.parse(value) or -1) > 0


def _labels(value: Any) -> bool:
    return all(names.is_label_key(key) and isinstance(text, str) and names.is_label_value(text) for key, text in value.items())


def _name(value: Any) -> bool:
    return names.is_dns_label(value) and value != NAME_OF_PROXY


def _hugging_face(value: Any) -> bool:
    return bool(value.startswith("hf://"))


def _path(value: Any) -> bool:
    return bool(value.startswith("/")) and ":" not in value


def _port(value: Any) -> bool:
    return isinstance(value, int) and 0 < value < 65536


def _image(value: Any) -> bool:
    return value != "" and not any(map(str.isspace, value))


def _count(value: Any) -> bool:
    return bool(0 <= value < 1 << 31)


def _are_names(value: Any) -> bool:
    """Whether presets are named without values of parameters, which may go anywhere."""
    return all(isinstance(one, str) for one in value)


CONTAINER = {"name": _name, "image": _image} | dict.fromkeys(
    ("version", "modelCommand", "mountModelVolume", "command", "args", "flags"), _any
)
ROLE: Map = {
    "create": _any,
    "replicas": _count,
    "parallelism": _any,
    "enableServiceLinks": _any,
    "monitoring": {"podmonitor": {"enabled": _any, "portName": names.is_port_name}},
    "containers": [CONTAINER],
    "engine": CONTAINER,
}
PROXY = {"image": _image, "targetPort": _port} | dict.fromkeys(
    ("enabled", "imagePullPolicy", "connector", "secure", "zapDevel", "zapEncoder", "zapLogLevel", "zapStacktraceLevel", "zapTimeEncoding"),
    _any,
)
SPEC: Map = dict.fromkeys(("profile", "enabled", "multinode", "external", "checks"), _any) | {
    "presets": _are_names,
    "fullnameOverride": names.is_dns_subdomain,
    "serviceAccountOverride": names.is_dns_subdomain,
    "modelArtifacts": {
        "name": _any,
        "uri": _hugging_face,
        "size": _size,
        "mountPath": _path,
        "authSecretName": names.is_dns_subdomain,
        "readOnly": _any,
        "labels": _labels,
    },
    "accelerator": {"type": _any},
    "routing": {
        "servicePort": _port,
        "proxy": PROXY,
        "inferencePool": {"create": _any, "endpointPicker": names.is_dns_1035},
        "httpRoute": {"create": _any},
    },
    "engine": CONTAINER,
    "decode": ROLE,
    "prefill": ROLE,
    "encode": ROLE,
}
