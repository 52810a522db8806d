"""ResourceLists and the YAML in them: reading, writing, results, text that passes through."""

from __future__ import annotations

from modelservice.krm.errors import ReadError
from modelservice.krm.reading import parse, parse_all
from modelservice.krm.resourcelist import Item, ResourceList, read_resource_list, write_resource_list
from modelservice.krm.results import ResourceRef, Result
from modelservice.krm.writing import write_documents, write_yaml

__all__ = [
    "Item",
    "ReadError",
    "ResourceList",
    "ResourceRef",
    "Result",
    "parse",
    "parse_all",
    "read_resource_list",
    "write_documents",
    "write_resource_list",
    "write_yaml",
]
