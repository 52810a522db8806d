"""Objects and how they find one another: by ports, selectors, names and claims.

What belongs here: the graph, its text forms, and its picture. Whether two objects fit is for the checks to say, which are asked.
"""

from __future__ import annotations

from modelservice.graph.links import Graph, Link, Node, graph_of
from modelservice.graph.mermaid import mermaid
from modelservice.graph.svg import svg
from modelservice.graph.text import text

__all__ = ["Graph", "Link", "Node", "graph_of", "mermaid", "svg", "text"]
