"""What an API server takes a field for that is left out."""

from __future__ import annotations

from modelservice.kubernetes.types import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Map = dict[str, Any]

_CONDITIONAL: dict[str, dict[str, list[tuple[str, str, Any]]]] = {}


def default_of(name: str, field: str, holder: Map) -> Any:
    """The value that ``field`` of ``holder``, of the type ``name``, has where it is not said; None where it has none.

    The value is the data's own, never to be changed.
    """
    if computed := COMPUTED.get(f"{name}.{field}"):
        return computed(holder)
    defaults = table("type_defaults.json").get(name)
    if defaults is None:
        return None
    if field in defaults:
        value = defaults[field]
        return holder.get(value[1:]) if isinstance(value, str) and value[:1] == "=" else value
    for sibling, wanted, value in _conditional(name, defaults).get(field, ()):
        said = holder.get(sibling)
        if (default_of(name, sibling, holder) if said is None else said) == wanted:
            return value
    return None


def _conditional(name: str, defaults: Map) -> dict[str, list[tuple[str, str, Any]]]:
    """The defaults of a type that depend on a field beside them, by their field."""
    if name not in _CONDITIONAL:
        found = _CONDITIONAL[name] = {}
        for key, value in defaults.items():
            field, condition, rest = key.partition(" if ")
            if condition:
                sibling, _, wanted = rest.partition("=")
                found.setdefault(field, []).append((sibling, wanted, value))
    return _CONDITIONAL[name]


def _pull_policy(image: Any) -> str | None:
    """What is done about an image that the node has already: one without a tag or digest is ``latest``, which may change."""
    if not isinstance(image, str) or not image:
        return None
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return "Always" if tag == "latest" or not (tag or digest) else "IfNotPresent"


def _policy_types(policy: Map) -> list[str]:
    """What a NetworkPolicy is about: what comes in, and what goes out where it has a word on that."""
    return ["Ingress", "Egress"] if policy.get("egress") else ["Ingress"]


COMPUTED: dict[str, Callable[[Map], Any]] = {
    "Container.imagePullPolicy": lambda container: _pull_policy(container.get("image")),
    "EphemeralContainer.imagePullPolicy": lambda container: _pull_policy(container.get("image")),
    "ImageVolumeSource.pullPolicy": lambda source: _pull_policy(source.get("reference")),
    "JobSpec.completions": lambda job: 1 if job.get("parallelism") is None else None,
    "NetworkPolicySpec.policyTypes": _policy_types,
}
