"""A Hugging Face token written into the config, where everyone who reads the repository or the pods can read it."""

from __future__ import annotations

from modelservice.checks.walk import items_of, own_containers, own_engines
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "literal-token", "warning"
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such variable with a value."""
    for path, container in [*own_containers(service), *own_engines(service)]:
        for below, fields in ((path, container), (f"{path}.extraConfig", container.get("extraConfig") or {})):
            for place, name, variable in items_of(fields.get("env")):
                value = variable.get("value") if isinstance(variable, dict) else variable
                if name in TOKENS and value:
                    yield Result(
                        f"{name} is a secret; put it in a Secret and name that in modelArtifacts.authSecretName",
                        SEVERITY,
                        field=f"{below}.env{place}" + (".value" if isinstance(variable, dict) else ""),
                    )
