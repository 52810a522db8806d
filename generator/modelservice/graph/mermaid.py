"""A graph as Mermaid draws it (https://mermaid.js.org/syntax/flowchart.html), as GitHub and GitLab show it in Markdown."""

from __future__ import annotations

from modelservice.graph.links import Graph
from modelservice.texts import one_line


def mermaid(graph: Graph) -> str:
    """A flowchart: dashed boxes are what is not there, red is what does not line up."""
    numbers = {key: f"n{index}" for index, key in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for key, node in graph.nodes.items():
        style = ":::wrong" if node.problems else "" if node.is_there else ":::absent"
        place = _quoted(f"{node.namespace}/{node.name}")
        lines.append(f'  {numbers[key]}["{_quoted(node.kind)}<br/>{place}"]{style}')
    for link in graph.links:
        arrow = "-->" if graph.nodes[link.target].is_there else "-.->"
        lines.append(f'  {numbers[link.source]} {arrow}|"{_quoted(link.label)}"| {numbers[link.target]}')
    wrong = [str(index) for index, link in enumerate(graph.links) if link.is_wrong]
    lines += ["  classDef wrong stroke:#c00,stroke-width:3px", "  classDef absent stroke-dasharray:4"]
    if wrong:
        lines.append(f"  linkStyle {','.join(wrong)} stroke:#c00")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A text in the quotes of Mermaid, where codes stand for what would end them or be markup."""
    return "".join(one if one.isalnum() or one in " -_./:,>" else f"#{ord(one)};" for one in one_line(text).replace("->", "→"))
