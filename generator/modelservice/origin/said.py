"""Who says a field of a spec: the built-in profile, Profiles over it, presets, and the ModelService itself."""

from __future__ import annotations

from modelservice import data
from modelservice.config.layers import LISTED
from modelservice.config.written import find, value_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.config import ModelService
    from modelservice.krm import ResourceRef

    Map = dict[str, Any]

FROM_NAME = ("spec.modelArtifacts.uri", "spec.modelArtifacts.labels.llm-d.ai/model")  # what a profile makes of the name of the model


class Source:
    """Who says a value: a ``layer``, ``field`` of it, and the ``value`` that it says.

    ``layer`` is base, overlay, preset, profile, modelservice, patch or kubernetes; ``name`` that of the overlay, preset or profile.
    ``file`` is the file of the project in which it stands, of what is built in; ``resource`` the user's Overlay or Profile; with neither
    the ModelService says it, at ``field``, or gives the preset the value there. ``through`` is the file of the base, or the name of the
    overlay, that puts the value in, ``asked`` the field of the whole spec that was looked for, ``depends`` the other fields that a computed
    value depends on.
    """

    __slots__ = ("asked", "depends", "field", "file", "layer", "name", "resource", "through", "value")

    def __init__(
        self, layer: str, field: str, value: Any, *, name: str = "", file: str = "", resource: ResourceRef | None = None, through: str = ""
    ) -> None:
        self.layer, self.field, self.value, self.name, self.file, self.resource = layer, field, value, name, file, resource
        self.through, self.asked, self.depends = through, "", ()  # type: str, str, tuple[str, ...]


def said_by(config: ModelService, field: str) -> list[Source]:
    """Who says ``field`` of the spec of ``config`` (``spec.decode.replicas``), each over the one before."""
    if field.partition(".")[2].partition("[")[0] in LISTED:
        written, profile = config.written(field)
        return [_of_profile(profile, written, None) if profile else Source("modelservice", written, None)]
    found = [*_said(config, field)]
    if not found and field in FROM_NAME:
        found = [*_said(config, "spec.modelArtifacts.name")]
    return found


def _said(config: ModelService, field: str) -> Iterator[Source]:
    if field.startswith("metadata."):
        yield Source("modelservice", field, (config.document.get("metadata") or {}).get(field.partition(".")[2]))
        return
    file = f"bases/profiles/{config.profile}.yaml"
    if (source := _found(config, data.document(*file.split("/"))["spec"], field, "profile")) is not None:
        source.name, source.file = config.profile, file
        yield source
    for document in config.profiles:
        if (source := _found(config, document["spec"].get("defaults") or {}, field, "profile")) is not None:
            yield _of_profile(document, f"spec.defaults{source.field.removeprefix('spec')}", source.value)
    for name, preset in config.presets.items():
        if (source := _found(config, preset.defaults, field, "preset")) is not None:
            source.name, source.field, source.file = name, f"spec.defaults{source.field.removeprefix('spec')}", ""
            yield source
    if (source := _found(config, config.document.get("spec") or {}, field, "modelservice")) is not None:
        source.asked = field
        yield source


def _of_profile(document: Map, field: str, value: Any) -> Source:
    from modelservice.krm import ResourceRef  # noqa: PLC0415

    return Source("profile", field, value, name=document["metadata"]["name"], resource=ResourceRef.of(document))


def _found(config: ModelService, given: Map, field: str, layer: str) -> Source | None:
    text, is_there = find(given, config.spec, field)
    value = value_at(given, text) if is_there else None
    return Source(layer, text, value) if value is not None else None
