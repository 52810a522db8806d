"""A Helm template in a field where none is expanded: it reaches the cluster as the text it is."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition

NAME, SEVERITY = "template-text", "warning"
TEMPLATED = "modelArtifacts.uri, env, ports and extraConfig of containers and engine, extraConfig of pods, and extraObjects"
# What Helm's templates begin with; chat templates and JSON in arguments have braces, too.
BEGINNINGS = (".Values", ".Release", ".Chart", "$.", "include ", "template ", "tpl ", "if ", "range ", "with ", "end")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such text; what is templated has been expanded by now."""
    for field, text in _texts(service.plan.config.own, "spec"):
        template = next((part for part in text.split("{{")[1:] if part.lstrip("- ").startswith(BEGINNINGS)), None)
        if template is not None:
            written = "{{" + template.partition("}}")[0] + "}}"
            message = f"has the template {written}, and nothing is expanded here; write the value (templates are expanded in {TEMPLATED})"
            yield Result(message, SEVERITY, field=field, current=text)


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """Each text with two braces in it, and its field."""
    if isinstance(value, str):
        if "{{" in value:
            yield field, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if item.__class__ in (str, dict, list):
                yield from _texts(item, f"{field}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{field}[{index}]")
