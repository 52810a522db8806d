"""Keys that the charts call deprecated: extraConfig takes the same fields, under their Kubernetes names."""

from __future__ import annotations

from modelservice.checks.walk import own_containers, own_roles
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "deprecated-keys", "info"
# key -> what it is called under extraConfig
ROLE_KEYS = {key: key for key in ("imagePullSecrets", "schedulerName")} | {"podSecurityContext": "securityContext"}
CONTAINER_KEYS = {
    key: key
    for key in (
        "securityContext",
        "imagePullPolicy",
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "workingDir",
        "stdin",
        "tty",
    )
}


def check(service: Composition) -> Iterator[Result]:
    """A finding for each role or container with such keys."""
    for places, names in ((own_roles(service), ROLE_KEYS), (own_containers(service), CONTAINER_KEYS)):
        for path, fields in places:
            used = [key if names[key] == key else f"{key} (there {names[key]})" for key in fields if key in names and fields[key]]
            if used:
                written = "they mean the same under extraConfig" if len(used) > 1 else "it means the same under extraConfig"
                yield Result(f"{', '.join(used)}: the Helm charts call this deprecated; {written}", SEVERITY, field=path)
