"""modelservice images: the images of the objects, where each was set, and a layer that pins them by their digests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelservice.cli.answers import Answer, Output, OutputOption, dimmed, give
from modelservice.cli.objects import ObjectFiles, Objects, objects_of
from modelservice.cli.services import Given, LayerOption, OverlayOption, PresetOption, ProfileOption, SetOption

if TYPE_CHECKING:
    from modelservice.cli.origins import Layer, Origins
    from modelservice.inventory.digests import Digests
    from modelservice.inventory.images import ImageUse

Map = dict[str, Any]


def images(
    files: ObjectFiles,
    pin: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Print a layer for -f that pins the images by the digests in FILE: lines IMAGE@sha256:…, or a map."
        ),
    ] = None,
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List the images of the ModelServices, or of the objects, in FILE…: the object and field of each, and where it was set.

    images llama.yaml --pin digests.txt > pins.yaml; render llama.yaml -f pins.yaml. What no layer can pin is told.
    """
    from modelservice.inventory.images import images as images_of  # noqa: PLC0415

    found = objects_of(Given.of(files, layer, overlay, profile, preset, assignments))
    uses = images_of(found.objects)
    sources = _Sources(found)
    give(_listed(uses, sources) if pin is None else _pinned(pin, found, uses, sources), output)


def _listed(uses: list[ImageUse], sources: _Sources) -> Answer:
    data, lines = [], []
    for image in dict.fromkeys(use.image for use in uses):
        layers = [(use, sources.of(use)) for use in uses if use.image == image]
        digest = image.partition("@")[2] or None
        data.append({"image": image, "digest": digest, "uses": [{**_place(use), "setBy": set_by.data()} for use, set_by in layers]})
        lines.append(image)
        lines += [f"  {_field(use)} of {_place(use)['object']}  {dimmed(f'# {set_by.text()}')}" for use, set_by in layers]
    return Answer(data, "\n".join(lines))


def _pinned(file: str, found: Objects, uses: list[ImageUse], sources: _Sources) -> Answer:
    """The layers, one for each ModelService; what they do not reach, and what has no digest, is told."""
    from modelservice.cli.digest_files import digests_in  # noqa: PLC0415
    from modelservice.inventory.digests import Digests, layer  # noqa: PLC0415
    from modelservice.krm import write_documents  # noqa: PLC0415

    if sources.origins is None:
        raise typer.BadParameter("goes with ModelServices; images of kustomize pins those of objects", param_hint="--pin")
    names = [service.plan.config.document["metadata"]["name"] for service in sources.origins.services]
    if len({*names}) < len(names):
        what = "several of the ModelServices have one name, and a layer goes over all of them: take one at a time"
        raise typer.BadParameter(what, param_hint="--pin")
    digests = Digests(digests_in(file), (use.image for use in uses))
    layers = []
    for service in sources.origins.services:
        if pins := layer(service.plan, digests):
            document = service.plan.config.document
            metadata = {key: document["metadata"][key] for key in ("name", "namespace") if document["metadata"].get(key)}
            layers.append({"apiVersion": document["apiVersion"], "kind": document["kind"], "metadata": metadata, "spec": pins})
    for line in dict.fromkeys(_left(file, digests, uses, sources, layers)):
        print(line, file=sys.stderr)
    return Answer(layers, write_documents(layers) if layers else "")


def _left(file: str, digests: Digests, uses: list[ImageUse], sources: _Sources, layers: list[Map]) -> Iterator[str]:
    """What is told beside the layers: images without a digest, those that stay as they are, digests of images that nothing has."""
    reached = sources.pinned_by(layers)
    for use in uses:
        pinned = digests.pinned(use.image)
        if "@" in use.image or (_key(use), pinned) in reached:
            continue
        set_by = sources.of(use)
        where = f"{_field(use)} of {_place(use)['object']}"
        what = (
            f"{use.image} has no digest in {file}"
            if pinned is None
            else f"{use.image} stays in {where}, which no layer reaches; write {pinned} where it is set"
        )
        yield f"{set_by.place}: warning: {what} [images]"
    for name in digests.unused():
        yield f"{file}: warning: no object has the image {name} [images]"


class _Sources:
    """Where images were set: by layers of ModelServices, or in the files that hold the objects."""

    def __init__(self, found: Objects) -> None:
        from modelservice.cli.origins import Origins  # noqa: PLC0415

        self.origins: Origins | None = Origins(found.generated) if found.generated is not None else None
        self._documents = {id(obj): place for obj, place in zip(found.objects, found.documents, strict=False)}

    def of(self, use: ImageUse) -> Layer:
        """The layer that set an image, the one that counts."""
        from modelservice.cli.origins import Layer  # noqa: PLC0415
        from modelservice.origin.paths import written  # noqa: PLC0415
        from modelservice.origin.said import Source  # noqa: PLC0415

        if self.origins is None:
            document, field = self._documents[id(use.obj)]
            there = f"{field}{written(use.path)}".removeprefix(".")
            return Layer("file", document.place(there), Source("file", there, use.image), use.image)
        service = self.origins.owner(use.obj) if use.within else None
        if service is not None:
            (value,) = self.origins.history(service).values(*_as_deployment(service, use))
            return self.origins.layers(service, value)[-1]
        ((_, layers),) = self.origins.values(use.obj, use.path)
        return layers[-1]

    def pinned_by(self, layers: list[Map]) -> set[tuple[tuple[Any, ...], str]]:
        """The places of images, and the images there, once the layers have gone over the services."""
        from modelservice.config.layers import patched  # noqa: PLC0415
        from modelservice.inventory.images import images as images_of  # noqa: PLC0415

        found: set[tuple[tuple[Any, ...], str]] = set()
        over = {one["metadata"]["name"]: one for one in layers}
        if self.origins is not None:
            for service in self.origins.services:
                document = service.plan.config.document
                made = self.origins.again(patched(document, over.get(document["metadata"]["name"], {})))
                found |= {(_key(use), use.image) for use in images_of(made.objects)}
        return found


def _as_deployment(service: Any, use: ImageUse) -> tuple[Map, list[str | int]]:
    """The pod that a requester holds as text, as an object whose history is known: that of the role's pods."""
    name = use.obj["metadata"]["name"]
    role = next(role.name for role in service.plan.roles if role.parameters["workload"]["name"] == name)
    pod = service.pods[role]
    obj = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": use.obj["metadata"], "spec": {"template": pod}}
    return obj, ["spec", "template", *use.within]


def _key(use: ImageUse) -> tuple[Any, ...]:
    from modelservice.kubernetes.names import identity  # noqa: PLC0415

    return (*identity(use.obj), *use.path, *use.within)


def _place(use: ImageUse) -> Map:
    from modelservice.kubernetes.names import reference_to  # noqa: PLC0415

    return {"object": reference_to(use.obj), "namespace": use.obj["metadata"].get("namespace"), "field": _field(use)}


def _field(use: ImageUse) -> str:
    from modelservice.origin.paths import written  # noqa: PLC0415

    return written((*use.path, *use.within)).removeprefix(".")
