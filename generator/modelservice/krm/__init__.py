"""ResourceLists and the YAML in them: reading, writing, results, text that passes through.

Here belongs what the KRM Functions Specification, kustomize, kpt and go-yaml prescribe. What a ModelService is, which
resources it becomes and what is right or wrong about them does not.

Importing this package costs little and imports no YAML library but yaml12. The modules `full` (ruamel.yaml) and
`slices` are for text that people wrote and are imported when there is some. The other modules do not even import
`typing`, which takes 5 ms: TYPE_CHECKING is a name that type checkers know.
"""

from __future__ import annotations

from modelservice.krm.documents import Document, read_documents
from modelservice.krm.errors import ReadError
from modelservice.krm.reading import is_shallow, parse, parse_all
from modelservice.krm.resourcelist import Item, ResourceList, read_resource_list, write_resource_list
from modelservice.krm.results import FirstOfEachPlace, ResourceRef, Result
from modelservice.krm.streams import read_stdin, replace_closed, write_stderr, write_stdout
from modelservice.krm.writing import write_documents, write_lines, write_yaml

__all__ = [
    "Document",
    "FirstOfEachPlace",
    "Item",
    "ReadError",
    "ResourceList",
    "ResourceRef",
    "Result",
    "is_shallow",
    "parse",
    "parse_all",
    "read_documents",
    "read_resource_list",
    "read_stdin",
    "replace_closed",
    "write_documents",
    "write_lines",
    "write_resource_list",
    "write_stderr",
    "write_stdout",
    "write_yaml",
]
