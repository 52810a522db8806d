"""ModelServices of the command line: files and folders, with layers, presets, overlays, profiles and settings, and what they become."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from modelservice.cli import packages
from modelservice.cli.files import read_documents_of, stop_at
from modelservice.cli.layers import Layer, apply
from modelservice.config import API_VERSION
from modelservice.config import overlay as overlay_module
from modelservice.config.settings import SettingError, added, sets, with_settings
from modelservice.function import run
from modelservice.krm import Document, Item, ResourceList, ResourceRef, Result
from modelservice.kubernetes.apply_order import apply_rank
from modelservice.package.files import is_config
from modelservice.package.names import FILE_INDEX, FILE_PATH, annotated, bare, is_record, owner_in, owner_of, unowned
from modelservice.texts import cut

Map = dict[str, Any]

VALUES = {"modelArtifacts", "decode", "prefill", "routing", "accelerator", "multinode"}  # what a chart's values file has at its top

# The options that every command on ModelServices has.
Files = Annotated[list[str], typer.Argument(metavar="FILE…", help="Files or folders with ModelServices; - is standard input.")]
LayerOption = Annotated[
    list[str] | None,
    typer.Option("--layer", "-f", metavar="FILE", help="A partial ModelService, or spec, to merge over each; the last one wins."),
]
PresetOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME[:PARAMETER=VALUE,…]", help="A preset to apply, after those that the spec names, as in shm:sizeLimit=16Gi."),
]
OverlayOption = Annotated[list[str] | None, typer.Option(metavar="FILE", help="Overlays to apply, after the presets.")]
ProfileOption = Annotated[list[str] | None, typer.Option(metavar="FILE", help="Profiles that spec.profile may name.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="A field of the spec to set, as in decode.replicas=2.")
]
KubernetesOption = Annotated[
    str | None, typer.Option(metavar="VERSION", help="The cluster's version, as in 1.34: what is newer than it is told.")
]


@dataclass(frozen=True)
class Given:
    """What a command was given: the files, and the options that change what is in them."""

    files: list[str]
    layers: list[str] = field(default_factory=list)
    overlays: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    presets: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)


class Generated:
    """What the ModelServices became: ``resources``, as the function leaves them, and where the mistakes were made."""

    def __init__(self, resources: ResourceList, places: Places) -> None:
        self.resources, self._places = resources, places

    @property
    def failed(self) -> bool:
        """Whether a result is an error."""
        return any(result.severity == "error" for result in self.resources.results)

    @property
    def objects(self) -> list[Map]:
        """The resources for a cluster, generated and others, in the order in which they may be applied."""
        return sorted(for_cluster(item.value for item in self.resources.items), key=apply_rank)

    def results(self) -> list[tuple[str, Result]]:
        """The results with their places, those of one file as they stand in it."""
        told = [(self._places.of(result), result) for result in self.resources.results]
        return sorted(told, key=lambda one: _in_order(one[0]))

    def tell(self) -> None:
        """Print the results on stderr."""
        for place, result in self.results():
            print(f"{place}: {result.severity}: {result.line()}", file=sys.stderr)


def for_cluster(values: Iterable[Map]) -> list[Map]:
    """The resources for a cluster, without the annotations that are about files and who generated them."""
    return [unowned(bare(value)) for value in values if not is_config(value) and not is_record(value)]


def is_service(value: Any) -> bool:
    """Whether a document is a ModelService, of whatever version."""
    return isinstance(value, dict) and value.get("kind") == "ModelService"


def generate_from(given: Given) -> Generated:
    """What the ModelServices in the files that are ``given`` become; ends the command with exit code 1 where a file is wrong."""
    return generate_of(given, *packages.read(given.files))


def generate_of(given: Given, named: list[Document], found: list[Document]) -> Generated:
    """The same of files that have been read: the documents of those that were named, and of those found in folders."""
    resources, left_out = _resources(found)
    brought, problems = _brought([*given.overlays, *given.profiles])
    overlays, profiles = ([document for document in brought if document.value.get("kind") == kind] for kind in ("Overlay", "Profile"))
    documents = [*named, *resources, *profiles]
    problems += [line for document in documents for line in _wrong(document)]
    services = [document for document in documents if is_service(document.value)]
    if not services and not problems:
        problems += [line for document in named for line in _wrong_kind(document, ("ModelService",))]
        problems = problems or [f"{given.files[0]}:1:1: error: there is no ModelService in it [config]"]
    layers = [Layer(document) for file in given.layers for document in read_documents_of(file)]
    merged, wrong = apply([document.value for document in services], layers) if not problems else ([], [])
    if problems or wrong:
        stop_at([*problems, *wrong])
    for document in left_out:
        print(f"{document.place()}: warning: this has no apiVersion or no kind, and is left out [config]", file=sys.stderr)
    changed = {id(document): _changed(value, given.presets, given.settings) for document, value in zip(services, merged, strict=True)}
    values = [changed.get(id(document), document.value) for document in documents]
    resource_list = ResourceList([Item(_with_file(value, document)) for document, value in zip(documents, values, strict=True)])
    run(resource_list, [document.value for document in overlays], complete=bool(found))
    owners = {_key(ResourceRef.of(item.value)): owner for item in resource_list.items if (owner := owner_in(item.value))}
    return Generated(resource_list, Places([*documents, *overlays], owners, layers, given.presets, given.settings))


def with_version(settings: list[str] | None, kubernetes: str | None) -> list[str]:
    """The settings of a command line with the cluster's version that ``--kubernetes`` names."""
    return [*(settings or []), *([f"kubernetesVersion='{kubernetes}'"] if kubernetes is not None else [])]


def _resources(documents: list[Document]) -> tuple[list[Document], list[Document]]:
    """The documents in a folder that are resources, and those that are none."""
    resources: list[Document] = []
    others: list[Document] = []
    for document in documents:
        value = document.value
        is_resource = isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("apiVersion", "kind"))
        (resources if is_resource else others).append(document)
    return resources, others


def _brought(files: list[str]) -> tuple[list[Document], list[str]]:
    """The documents of the files of --overlay and --profile, and what is wrong with the overlays."""
    documents = [document for file in files for document in read_documents_of(file)]
    return documents, [line for document in documents for line in _brought_lines(document)]


def _with_file(value: Map, document: Document) -> Map:
    """A resource with the annotations that tell which document of which file it is, as kpt has them."""
    return annotated(value, {FILE_PATH: document.name, FILE_INDEX: str(document.index)})


def _wrong(document: Document) -> list[str]:
    """What is wrong with a document that was given as a resource."""
    value = document.value
    if isinstance(value, dict) and isinstance(value.get("kind"), str) and value.get("kind") != "ModelService":
        return (
            _misshapen(document)
            if isinstance(value.get("apiVersion"), str)
            else [f"{document.place()}: error: this has no apiVersion [config]"]
        )
    if isinstance(value, dict) and value.get("kind") == "ModelService" and value.get("apiVersion") == API_VERSION:
        return _misshapen(document)
    return _wrong_kind(document, ("ModelService",))


def _misshapen(document: Document) -> list[str]:
    metadata = document.value.get("metadata")
    if not isinstance(metadata, dict | None) or not isinstance((metadata or {}).get("annotations"), dict | None):
        return [f"{document.place('metadata')}: error: metadata: is no map with a map of annotations [config]"]
    return []


def _wrong_kind(document: Document, kinds: tuple[str, ...]) -> list[str]:
    value, right = document.value, f"{API_VERSION} {' or '.join(kinds)}"
    if isinstance(value, dict) and value.get("kind") in kinds and value.get("apiVersion") == API_VERSION:
        return []
    hint = ""
    if isinstance(value, dict) and "kind" not in value:
        what = "this has no kind"
        if not VALUES.isdisjoint(value):
            hint = ": is this a values file of Helm? `modelservice convert` makes a ModelService of it; or is it a layer? Those go with -f"
    else:
        what = f"this is {value.get('apiVersion')} {value.get('kind')}" if isinstance(value, dict) else "this is no map"
    return [f"{document.place('kind')}: error: {what}; must be {right}{hint} [config]"]


def _brought_lines(document: Document) -> list[str]:
    wrong = _wrong_kind(document, ("Overlay", "Profile"))
    if wrong or document.value["kind"] == "Profile":
        return wrong
    found = overlay_module.problems(document.value, "")
    for result in found:
        result.resource = ResourceRef.of(document.value)
    return [f"{document.place(result.field)}: error: {result.line()}" for result in found]


def _changed(service: Map, presets: list[str], assignments: list[str]) -> Map:
    """The ModelService with the presets and settings of the command line."""
    hint = "--set"
    try:
        service = with_settings(service, [], assignments)
        hint = "--preset"
        return with_settings(service, presets, [])
    except SettingError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None


def _in_order(place: str) -> tuple[str, int, int]:
    """What places are sorted by: those of one file as they stand in it."""
    name, _, position = place.rpartition(":")
    name, _, line = name.rpartition(":")
    return (name, int(line), int(position)) if line.isdecimal() and position.isdecimal() else ("", 0, 0)


class Places:
    """Where what a result is about was written: in a file, a layer, or on the command line."""

    def __init__(
        self, documents: list[Document], owners: dict[Any, str], layers: list[Layer], presets: list[str], assignments: list[str]
    ) -> None:
        """``owners``: of each object that is generated, the ModelService that it is from."""
        self.documents, self.owners = documents, owners
        self.layers, self.presets, self.assignments = layers, presets, assignments

    def of(self, result: Result) -> str:
        """``FILE:LINE:COLUMN``, ``--set PATH=VALUE`` or ``--preset NAME:PARAMETER=VALUE``."""
        if (owner := self.owners.get(_key(result.resource))) is not None:
            services = [one for one in self.documents if is_service(one.value) and owner_of(one.value) == owner]
            return services[0].place("metadata.name") if services else result.file
        document = self._document(result)
        if document is None:
            return result.file or self.documents[0].name
        if not is_service(document.value):
            return document.place(result.field)
        for assignment in reversed(self.assignments):
            if sets(assignment.partition("=")[0], result.field):
                return f"--set {cut(assignment)}"
        layers = [layer for layer in self.layers if layer.is_for(document.value)]
        named = self._presets(document.value, layers)
        for index, (text, _) in enumerate(added(named, self.presets), len(named)):
            if result.field.startswith(f"spec.presets[{index}]"):
                return f"--preset {cut(text)}"
        layer = next((layer for layer in reversed(layers) if result.field and layer.says(result.field)), None)
        return layer.place(result.field) if layer else document.place(result.field)

    def _document(self, result: Result) -> Document | None:
        """The document that a result is about."""
        reference = result.resource
        if result.file:
            return next((one for one in self.documents if one.name == result.file and one.index == result.index), None)
        if reference is None:
            return self.documents[0]
        there = [one for one in self.documents if isinstance(one.value, dict) and one.value.get("kind") == reference.kind]
        return next((one for one in there if (one.value.get("metadata") or {}).get("name") == reference.name), None)

    def _presets(self, service: Map, layers: list[Layer]) -> list[Any]:
        """The presets that a ModelService and its layers name."""
        specs = [service.get("spec"), *(layer.content.get("spec") for layer in layers)]
        named = [spec["presets"] for spec in specs if isinstance(spec, dict) and isinstance(spec.get("presets"), list)]
        return named[-1] if named else []


def _key(reference: ResourceRef | None) -> tuple[str, ...]:
    return (reference.api_version, reference.kind, reference.name, reference.namespace) if reference else ()
