"""modelservice graph: objects and how they find one another."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from modelservice.cli.answers import Answer, Output, give, noted
from modelservice.cli.objects import ObjectFiles, objects_of
from modelservice.cli.services import Given, LayerOption, OverlayOption, PresetOption, ProfileOption, SetOption

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.graph import Link, Node

Map = dict[str, Any]


class Format(StrEnum):
    """How a graph is printed."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"
    JSON = "json"


def graph(
    files: ObjectFiles,
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    output: Annotated[
        Format,
        typer.Option(
            "--output", callback=noted, help="text: paragraphs; mermaid: a flowchart for Markdown; svg: a picture; json for machines."
        ),
    ] = Format.TEXT,
) -> None:
    """Show how the objects that serve the ModelServices in FILE…, or those in it, find one another, and what does not line up."""
    from modelservice.graph import graph_of, mermaid, svg, text  # the checks take time to import  # noqa: PLC0415

    found = graph_of(objects_of(Given.of(files, layer, overlay, profile, preset, assignments)).objects)
    data = {"objects": [_node(node) for node in found.nodes.values()], "links": [_link(link) for link in found.links]}
    written = {Format.MERMAID: mermaid, Format.SVG: svg}.get(output, text)(found)
    give(Answer(data, written), Output.JSON if output is Format.JSON else Output.TEXT)


def _node(node: Node) -> Map:
    return {"kind": node.kind, "namespace": node.namespace, "name": node.name, "isThere": node.is_there, "problems": node.problems}


def _link(link: Link) -> Map:
    source, target = ("/".join(key) for key in (link.source, link.target))
    return {"from": source, "to": target, "label": link.label, "fields": link.fields, "isWrong": link.is_wrong}
