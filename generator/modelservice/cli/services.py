"""ModelServices of the command line: files and folders, with layers, presets, overlays, profiles and settings, and what they become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Annotated, Any

import typer

from modelservice import data
from modelservice.cli import packages
from modelservice.cli.files import read_documents_of, refuse_stdin_twice, stop_at
from modelservice.cli.layers import Layer, apply
from modelservice.cli.messages import Message, tell
from modelservice.config import API_VERSION, is_ours
from modelservice.config import overlay as overlay_module
from modelservice.config.settings import SettingError, added, sets, with_settings
from modelservice.function import run
from modelservice.krm import Document, Item, ResourceList, ResourceRef, Result
from modelservice.kubernetes.apply_order import apply_rank
from modelservice.package.files import is_config
from modelservice.package.names import FILE_INDEX, FILE_PATH, annotated, bare, is_record, owner_in, owner_of, unowned
from modelservice.texts import cut, shown

Map = dict[str, Any]

HELM = ": is this a values file of Helm? `modelservice convert` makes a ModelService of it; or is it a layer? Those go with -f"
OF_EDITS = {"check": "kubernetes-fields"}  # what it tells of a generated object, was edited into its file by hand
BROUGHT = ("Overlay", "Profile")  # what --overlay and --profile bring
VALUES = {"modelArtifacts", "decode", "prefill", "routing", "accelerator", "multinode"}  # what a chart's values file has at its top


def _built_in_presets(incomplete: str) -> list[str]:
    """The presets that a shell completes."""
    return [name for name in data.names("overlays", "presets") if name.startswith(incomplete)]


# The options that every command on ModelServices has.
Files = Annotated[list[str], typer.Argument(metavar="FILE…", help="Files or folders with ModelServices; - is standard input.")]
LayerOption = Annotated[
    list[str] | None,
    typer.Option("--layer", "-f", metavar="FILE", help="A partial ModelService, or spec, to merge over each; the last one wins."),
]
PresetOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[:PARAMETER=VALUE,…]",
        help="A preset to apply, after those that the spec names, as in shm:sizeLimit=16Gi.",
        autocompletion=_built_in_presets,
    ),
]
OverlayOption = Annotated[list[str] | None, typer.Option(metavar="FILE", help="Overlays to apply, after the presets.")]
ProfileOption = Annotated[list[str] | None, typer.Option(metavar="FILE", help="Profiles that spec.profile may name.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="A field of the spec to set, as in decode.replicas=2.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors alone, no warnings.")]
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

    @classmethod
    def of(
        cls,
        files: list[str],
        layer: list[str] | None,
        overlay: list[str] | None,
        profile: list[str] | None,
        preset: list[str] | None,
        assignments: list[str] | None,
    ) -> Given:
        """What the options of a command say, None where one was not given."""
        return cls(files, layer or [], overlay or [], profile or [], preset or [], assignments or [])

    def with_more(self, more: Given) -> Given:
        """What this is, with ``more`` of each behind."""
        ours, theirs = (asdict(given) for given in (self, more))
        return Given(**{name: [*ours[name], *theirs[name]] for name in ours})


@dataclass(frozen=True)
class Judging:
    """How all that is there is looked at, also what no ModelService has to do with.

    ``validations`` are the specs of Validations beside those in the files; ``complete``: whether what is not among the files is not there,
    by default where they are those of a folder.
    """

    validations: Sequence[Map] = ()
    complete: bool | None = None


class Generated:
    """What the ModelServices became: ``resources``, as the function leaves them, and where the mistakes were made.

    ``given`` are the resources before, ModelServices as the command line changed them; ``overlays`` those that it names. ``told`` is what
    was told before: of files, layers and what else was given.
    """

    def __init__(
        self, resources: ResourceList, places: Places, given: list[Map], overlays: list[Map], told: Sequence[Message] = ()
    ) -> None:
        self.resources, self.places, self.given, self.overlays, self.told = resources, places, given, overlays, told

    @property
    def failed(self) -> bool:
        """Whether a result is an error."""
        return any(result.severity == "error" for result in self.resources.results)

    @property
    def sources(self) -> list[Document]:
        """The documents that this is made of."""
        return self.places.documents

    @property
    def objects(self) -> list[Map]:
        """The resources for a cluster, generated and others, in the order in which they may be applied."""
        return sorted(for_cluster(item.value for item in self.resources.items), key=apply_rank)

    def results(self) -> list[Message]:
        """The results with their places, those of one file as they stand in it."""
        told = [Message(self.places.of(result), result) for result in self.resources.results]
        once = {one.line(): one for one in told}  # a layer's mistake shows in each service
        return sorted(once.values(), key=lambda one: one.position)

    def tell(self, *, quiet: bool = False) -> None:
        """Print what is told on stderr, only the errors when ``quiet``; an error ends the command."""
        told = self.messages(quiet=quiet)
        if self.failed:
            stop_at(told)
        tell(told)

    def messages(self, *, quiet: bool = False) -> list[Message]:
        """What is told; only the errors when ``quiet``."""
        return [one for one in (*self.told, *self.results()) if not quiet or one.result.severity == "error"]

    def stop_at_errors(self) -> None:
        """End the command, with all that is told, where a result is an error; else nothing is told."""
        if self.failed:
            self.tell()


def for_cluster(values: Iterable[Map]) -> list[Map]:
    """The resources for a cluster, without the annotations that are about files and who generated them."""
    return [unowned(bare(value)) for value in values if not is_config(value) and not is_record(value)]


def is_service(value: Any) -> bool:
    """Whether a document is meant as a ModelService; that it is of a version that there is not is told later."""
    return isinstance(value, dict) and value.get("kind") == "ModelService"


def generate_from(given: Given, judging: Judging | None = None) -> Generated:
    """What the ModelServices in the files that are ``given`` become.

    What is wrong with a file ends the command with exit code 1. With ``judging`` it is told like all else, and the rest is looked at
    nevertheless; then there need be no ModelService at all.
    """
    refuse_stdin_twice([*given.files, *given.layers, *given.overlays, *given.profiles])
    unreadable: list[Message] = []
    named, found = packages.read(given.files, unreadable if judging is not None else None)
    return generate_of(given, named, found, judging, unreadable)


def generate_of(
    given: Given, named: list[Document], found: list[Document], judging: Judging | None = None, unreadable: Sequence[Message] = ()
) -> Generated:
    """The same of files that have been read: the documents of those that were named, and of those found in folders."""
    told = list(unreadable)
    resources, left_out = _resources(found)
    brought = [document for file in [*given.overlays, *given.profiles] for document in read_documents_of(file)]
    right = _right(brought, _brought_messages, told)
    overlays, profiles = ([document for document in right if document.value["kind"] == kind] for kind in BROUGHT)
    documents = _right([*named, *resources, *profiles], partial(_wrong, any_kind=judging is not None), told)
    seen: dict[str, Document] = {}
    documents = documents if told and judging is None else _right(documents, partial(_same_name, seen=seen), told)
    services = [document for document in documents if is_ours(document.value, "ModelService")]
    if not services and not told and (judging is None or not documents):
        told += [message for document in named for message in _wrong_kind(document, ("ModelService",))]
        nothing = "there is no ModelService in it" if judging is None else "there is nothing in it"
        first = "<stdin>" if given.files[0] == "-" else given.files[0]
        told = told or [Message(f"{first}:1:1", Result(nothing))]
    layers = [Layer(document) for file in given.layers for document in read_documents_of(file)]
    if judging is None and told:
        stop_at(told)
    merged, of_layers = apply([document.value for document in services], layers)
    if _has_error(of_layers):
        stop_at(of_layers)
    what = "this has no apiVersion or no kind, and is left out"
    told += [*of_layers, *(Message(document.place(), Result(what, "warning")) for document in left_out)]
    changed = {id(document): _changed(value, given.presets, given.settings) for document, value in zip(services, merged, strict=True)}
    values = [changed.get(id(document), document.value) for document in documents]
    resource_list = ResourceList([Item(_with_file(value, document)) for document, value in zip(documents, values, strict=True)])
    _run(resource_list, [document.value for document in overlays], judging, complete=bool(found) and not _has_error(told))
    owned = [(owner, ResourceRef.of(item.value)) for item in resource_list.items if (owner := owner_in(item.value))]
    owners = {reference.key(): owner for owner, reference in owned if reference is not None}
    places = Places([*documents, *overlays], owners, layers, given.presets, given.settings)
    return Generated(resource_list, places, values, [document.value for document in overlays], told)


def _right(documents: list[Document], look: Callable[[Document], list[Message]], told: list[Message]) -> list[Document]:
    """The documents with which nothing is wrong; what is wrong with the others is added to ``told``."""
    right = []
    for document in documents:
        wrong = look(document)
        right += [] if wrong else [document]
        told += wrong
    return right


def _run(resources: ResourceList, overlays: list[Map], judging: Judging | None, *, complete: bool) -> None:
    if judging is None:
        run(resources, overlays, complete=complete)
    elif resources.items:
        complete = complete if judging.complete is None else judging.complete
        run(resources, overlays, complete=complete, validations=judging.validations)


def _has_error(messages: Iterable[Message]) -> bool:
    return any(one.result.severity == "error" for one in messages)


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


def _same_name(document: Document, seen: dict[str, Document]) -> list[Message]:
    """An error for a ModelService that is called as one that was ``seen``; it is seen then."""
    reference = ResourceRef.of(document.value)
    if not is_ours(document.value, "ModelService") or reference is None:
        return []
    owner = owner_of(document.value)
    other = seen.setdefault(owner, document)
    if other is document:
        return []
    what = f"another ModelService is called so, too ({other.place()}); rename it or, if it is a layer over that one, give it with -f"
    called = ResourceRef(owner, "ModelService")
    return [Message(document.place("metadata.name"), Result(what, field="metadata.name", resource=called))]


def _with_file(value: Map, document: Document) -> Map:
    """A resource with the annotations that tell which document of which file it is, as kpt has them."""
    return annotated(value, {FILE_PATH: document.name, FILE_INDEX: str(document.index)})


def _wrong(document: Document, *, any_kind: bool) -> list[Message]:
    """What is wrong with a document that was given as a resource; ``any_kind``: which need not be a ModelService."""
    value = document.value
    if any_kind and not (isinstance(value, dict) and isinstance(value.get("kind"), str)):
        what = "this has no kind" if isinstance(value, dict) else f"this is {shown(value)}"
        hint = HELM if isinstance(value, dict) and not VALUES.isdisjoint(value) else ""
        return [Message(document.place(), Result(f"{what}; must be a resource, with apiVersion and kind{hint}"))]
    if isinstance(value, dict) and isinstance(value.get("kind"), str) and (any_kind or value.get("kind") != "ModelService"):
        if not isinstance(value.get("apiVersion"), str):
            return [Message(document.place(), Result("this has no apiVersion"))]
        return _misshapen(document) or (_wrong_kind(document, ("ModelService",)) if value["kind"] == "ModelService" else [])
    return _wrong_kind(document, ("ModelService",)) or _misshapen(document)


def _misshapen(document: Document) -> list[Message]:
    metadata = document.value.get("metadata")
    if not isinstance(metadata, dict | None) or not isinstance((metadata or {}).get("annotations"), dict | None):
        return [Message(document.place("metadata"), Result("is no map with a map of annotations", field="metadata"))]
    return []


def _wrong_kind(document: Document, kinds: tuple[str, ...]) -> list[Message]:
    value, right = document.value, f"{API_VERSION} {' or '.join(kinds)}"
    if is_ours(value, *kinds):
        return []
    hint = ""
    if isinstance(value, dict) and "kind" not in value:
        what = "this has no kind"
        if not VALUES.isdisjoint(value):
            hint = HELM
    else:
        what = f"this is {value.get('apiVersion')} {value.get('kind')}" if isinstance(value, dict) else "this is no map"
    return [Message(document.place("kind"), Result(f"{what}; must be {right}{hint}"))]


def _brought_messages(document: Document) -> list[Message]:
    """What is wrong with a document of --overlay or --profile, as far as it shows without the others."""
    wrong = _wrong_kind(document, BROUGHT)
    if wrong or document.value["kind"] == "Profile":
        return wrong
    found = overlay_module.problems(document.value, "")
    for result in found:
        result.resource = ResourceRef.of(document.value)
    return [Message(document.place(result.field), result) for result in found]


def _changed(service: Map, presets: list[str], assignments: list[str]) -> Map:
    """The ModelService with the presets and settings of the command line."""
    hint = "--set"
    try:
        service = with_settings(service, [], assignments)
        hint = "--preset"
        return with_settings(service, presets, [])
    except SettingError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None


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
        document = self._document(result)
        if result.resource is not None and (owner := self.owners.get(result.resource.key())) is not None:
            services = [one for one in self.documents if is_ours(one.value, "ModelService") and owner_of(one.value) == owner]
            is_edit = document is not None and result.tags == OF_EDITS
            if services and not is_edit:
                return services[0].place("metadata.name")
        if document is None:
            return result.file or self.documents[0].name
        if not is_ours(document.value, "ModelService"):
            return document.place(result.field)
        for assignment in reversed(self.assignments):
            if sets(assignment.partition("=")[0], result.field):
                return f"--set {cut(assignment)}"
        layers = [layer for layer in self.layers if id(document.value) in layer.over]
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
