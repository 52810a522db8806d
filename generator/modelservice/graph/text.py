"""A graph as lines of text: each object, what it finds, and what does not line up."""

from __future__ import annotations

from modelservice.graph.links import Graph, Key
from modelservice.texts import one_line


def text(graph: Graph) -> str:
    """An object a paragraph, in the order of the graph: its links (`!>` where they do not line up), and the problems."""
    lines = []
    for key, node in graph.nodes.items():
        if not node.is_there:
            continue
        lines.append(named(key))
        for link in graph.links:
            if link.source == key:
                absent = "" if graph.nodes[link.target].is_there else " (not here)"
                lines.append(f"  {'!>' if link.is_wrong else '->'} {named(link.target)}: {one_line(link.label)}{absent}")
        lines += [f"  ! {one_line(problem)}" for problem in node.problems]
    return "\n".join(lines)


def named(key: Key) -> str:
    """``Kind namespace/name``."""
    kind, namespace, name = key
    return one_line(f"{kind} {namespace}/{name}")
