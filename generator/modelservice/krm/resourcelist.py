"""ResourceLists: what an orchestrator sends to a function and expects back (KRM Functions Specification v1)."""

from __future__ import annotations

import json
from typing import Any

from modelservice.krm import slices, writing
from modelservice.krm.errors import ReadError
from modelservice.krm.reading import decode, parse_all
from modelservice.krm.results import Result

API_VERSION = "config.kubernetes.io/v1"
PATH_ANNOTATIONS = ("internal.config.kubernetes.io/path", "config.kubernetes.io/path")
INDEX_ANNOTATIONS = ("internal.config.kubernetes.io/index", "config.kubernetes.io/index")


class Item:
    """One entry of `items`.

    `value` is any value: an item may be null or lack kind and metadata. `text` is its entry in the list as it was
    read, comments included, and None for an item that was made here or whose list was not in block style. The writer
    prefers the text: to change an item, put a new Item in its place.
    """

    __slots__ = ("text", "value")

    def __init__(self, value: Any, text: str | None = None) -> None:
        self.value = value
        self.text = text

    @property
    def path(self) -> str | None:
        """The file of the package that the item is from or for; kustomize never says."""
        return annotation(self.value, PATH_ANNOTATIONS)

    @property
    def index(self) -> str | None:
        """Which document of its file the item is, as text."""
        return annotation(self.value, INDEX_ANNOTATIONS)


class ResourceList:
    """The items, the function's configuration (None if absent) and the results."""

    __slots__ = ("function_config", "items", "results")

    def __init__(
        self, items: list[Item] | None = None, function_config: Any = None, results: list[Result] | None = None
    ) -> None:
        self.items = items if items is not None else []
        self.function_config = function_config
        self.results = results if results is not None else []

    @property
    def has_files(self) -> bool:
        """Whether the resources live in files, as under kpt: some item, or the configuration, carries a path."""
        return annotation(self.function_config, PATH_ANNOTATIONS) is not None or any(
            item.path is not None for item in self.items
        )


def annotation(resource: Any, names: tuple[str, ...]) -> str | None:
    """The first of the annotations `names` that `resource`, which may be anything, carries as text."""
    metadata = resource.get("metadata") if isinstance(resource, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict):
        for name in names:
            if isinstance(found := annotations.get(name), str):
                return found
    return None


def read_resource_list(data: bytes) -> ResourceList:
    """The ResourceList in `data`; raises `ReadError` if there is none.

    Any apiVersion is accepted, as kustomize and kpt accept any. `items: null` is an empty list.
    """
    text = decode(data)
    if not text.strip():
        raise ReadError("the input is empty; a ResourceList was expected on stdin")
    documents = [document for document in parse_all(text) if document is not None]
    if len(documents) > 1:
        raise ReadError(f"one ResourceList was expected, and there are {len(documents)} YAML documents")
    content = documents[0] if documents else None
    if not isinstance(content, dict):
        raise ReadError("a ResourceList was expected, and this is no map")
    if content.get("kind") != "ResourceList":
        raise ReadError(f"kind: ResourceList was expected, not {content.get('kind')!r}")
    values = content.get("items")
    if values is None:
        values = []
    if not isinstance(values, list):
        raise ReadError("the items of a ResourceList are a list")
    resources = ResourceList([Item(value) for value in values], content.get("functionConfig"))
    if resources.has_files:
        slices.attach(resources.items, text)
    return resources


def write_resource_list(resources: ResourceList) -> bytes:
    """The answer to the orchestrator, `items` always among it.

    JSON for kustomize, which re-serialises what it gets; block YAML where resources live in files, because kpt would
    put JSON into the files as it is.
    """
    results = [result.to_dict() for result in resources.results]
    if resources.has_files:
        text = _yaml(resources, results)
    else:
        content: dict[str, Any] = {"apiVersion": API_VERSION, "kind": "ResourceList"}
        content["items"] = [item.value for item in resources.items]
        if results:
            content["results"] = results
        encoded = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text = writing.UNPRINTABLE.sub(writing.escape, encoded) + "\n"
    return text.encode()


def _yaml(resources: ResourceList, results: list[dict[str, Any]]) -> str:
    parts = [f"apiVersion: {API_VERSION}\nkind: ResourceList\n", "items:\n" if resources.items else "items: []\n"]
    parts += [item.text if item.text is not None else writing.write_yaml([item.value]) for item in resources.items]
    if resources.function_config is not None:
        parts.append(writing.write_yaml({"functionConfig": resources.function_config}))
    if results:
        parts.append(writing.write_yaml({"results": results}))
    return "".join(parts)
