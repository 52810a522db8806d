"""ResourceLists: what an orchestrator sends to a function and expects back (KRM Functions Specification v1)."""

from __future__ import annotations

import json
import re

from modelservice.krm import writing
from modelservice.krm.errors import ReadError
from modelservice.krm.limits import MAX_DEPTH
from modelservice.krm.reading import decode, is_shallow, parse_all, quickly
from modelservice.krm.results import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

CHUNK = 1 << 18  # characters that are read at once
AROUND_ITEM = 2  # levels: the ResourceList and its items
_API_VERSION = "config.kubernetes.io/v1"
_PATH = ("internal.config.kubernetes.io/path", "config.kubernetes.io/path")
_INDEX = ("internal.config.kubernetes.io/index", "config.kubernetes.io/index")
_KUSTOMIZE = ("kustomize.config.k8s.io/id",)


class Item:
    """One entry of `items`.

    `value` can be anything: an item may be null, or lack kind and metadata. `text` is the entry as people wrote it,
    with its comments; None for an item that was made here, that came from kustomize or whose list was not in block
    style. The writer prefers the text, so an item is changed by putting a new Item in its place.
    """

    __slots__ = ("text", "value")

    def __init__(self, value: Any, text: str | None = None) -> None:
        self.value = value
        self.text = text

    @property
    def path(self) -> str | None:
        """The file in the package that the item comes from or goes to; items from kustomize have none."""
        return _annotation(self.value, _PATH)

    @property
    def index(self) -> str | None:
        """Which document of its file the item is; a number, but annotations are text."""
        return _annotation(self.value, _INDEX)


class ResourceList:
    """The items, the configuration of the function (None if there is none) and the results, which are ours alone."""

    __slots__ = ("function_config", "items", "results")

    def __init__(self, items: list[Item] | None = None, function_config: Any = None, results: list[Result] | None = None) -> None:
        self.items = [] if items is None else items
        self.function_config = function_config
        self.results = [] if results is None else results

    @property
    def has_files(self) -> bool:
        """Whether resources live in files, as in a kpt package: an item carries a path, or the configuration a path or an index.

        kustomize puts paths on what has been through a function before; those are no files, and it tells its items by a mark.
        """
        if _annotation(self.function_config, _PATH + _INDEX) is not None:
            return True
        return any(item.path is not None and _annotation(item.value, _KUSTOMIZE) is None for item in self.items)


def read_resource_list(data: bytes | str) -> ResourceList:
    """Read the ResourceList that `data` is; raises `ReadError` if it is none.

    Any apiVersion is accepted, as kustomize and kpt accept any, and `items: null` is an empty list.
    """
    text = decode(data)
    if not text.strip():
        raise ReadError("the input is empty; a ResourceList was expected, as kustomize and kpt send it")
    documents = quickly(text) if len(text) <= CHUNK else None
    if documents is None:
        documents = _read_in_parts(text)
    if documents is None:
        documents = _read_whole(text)
    content = _checked(documents, text)
    resources = ResourceList([Item(value) for value in content.get("items") or []], content.get("functionConfig"))
    if resources.has_files:
        _attach_texts(resources.items, text)
    return resources


def _read_in_parts(text: str) -> list[Any] | None:
    """Read a text some items at a time, of which only those go through the full reader, each alone, that need it.

    Where the text is long: what a reader builds on its way takes five times the memory of what it answers. None if the text cannot be cut,
    or if a part makes no sense alone (an alias of another item's anchor): then the text has to be read as a whole.
    """
    from modelservice.krm import slices  # noqa: PLC0415  not needed for what kustomize sends, unless it is long

    parts = slices.split(text)
    if parts is None:
        return None
    try:
        documents = parse_all(parts.frame)
        limit = CHUNK if len(text) > CHUNK else 0  # of a short text, the fast reader has looked at all together
        items = [item for chunk in _chunks([part.text for part in parts.slices], limit) for item in _items(chunk)]
    except ReadError:
        return None
    if len(items) != len(parts.slices) or not documents or not isinstance(documents[0], dict):
        return None
    if not all(is_shallow(item, MAX_DEPTH - AROUND_ITEM) for item in items):  # which is too deep where it stands
        return None
    documents[0]["items"] = items
    return documents


def _chunks(texts: list[str], limit: int) -> Iterator[list[str]]:
    """Texts of items, as many at a time as go beyond ``limit`` characters."""
    chunk: list[str] = []
    length = 0
    for text in texts:
        chunk.append(text)
        length += len(text)
        if length > limit:
            yield chunk
            chunk, length = [], 0
    yield chunk


def _items(texts: list[str]) -> list[Any]:
    """The items that stand in some texts; raises `ReadError`."""
    together = quickly("".join(texts)) if len(texts) > 1 else None
    if together is not None and len(together) == 1 and isinstance(together[0], list) and len(together[0]) == len(texts):
        return list(together[0])
    return [entry for text in texts for entry in parse_all(text)[0]]


def _read_whole(text: str) -> list[Any]:
    try:
        return parse_all(text)
    except ReadError as error:
        file = _file_at(error.line, text)
        raise ReadError(error.problem + (f" (in {file})" if file else ""), error.line, error.column) from None


def _file_at(line: int, text: str) -> str | None:
    """Return the file of the item at `line`: the user of kpt has never seen the list that the line is in."""
    from modelservice.krm import slices  # noqa: PLC0415  not needed for what kustomize sends

    parts = slices.split(text)
    for part in reversed(parts.slices if parts else []):
        if part.line <= line:
            match = re.search(r"config\.kubernetes\.io/path: *['\"]?([^'\",}\n]+)", part.text)
            return match[1] if match else None
    return None


def _attach_texts(items: list[Item], text: str) -> None:
    from modelservice.krm import slices  # noqa: PLC0415  not needed for what kustomize sends

    parts = slices.split(text)
    if parts is not None and len(parts.slices) == len(items):
        for item, part in zip(items, parts.slices, strict=True):
            item.text = part.text


def _checked(documents: list[Any], text: str) -> dict[str, Any]:
    """Return the content of the ResourceList, or raise `ReadError` at the line that keeps it from being one."""
    documents = [document for document in documents if document is not None]
    content = documents[0] if documents else None
    if len(documents) > 1:
        raise _refusal(f"one ResourceList was expected, and there are {len(documents)} YAML documents", text)
    if not isinstance(content, dict):
        raise _refusal("a ResourceList was expected, which is a map", text)
    if content.get("kind") != "ResourceList":
        kind = content.get("kind")
        raise _refusal(f"kind: ResourceList was expected, as kustomize and kpt send it, not {kind!r}", text, "kind")
    if not isinstance(content.get("items"), list | None):
        raise _refusal("the items of a ResourceList have to be a list", text, "items")
    return content


def _refusal(problem: str, text: str, key: str = "") -> ReadError:
    from modelservice.krm import places  # noqa: PLC0415  only for messages

    nodes = places.documents(text)
    if not nodes:
        return ReadError(problem)
    node = nodes[-1]
    if isinstance(node.children, dict):
        node = node.children.get(key, node)
    return ReadError(problem, node.line, node.column)


def write_resource_list(resources: ResourceList) -> bytes:
    """Write the answer to the orchestrator, in which `items` always stands.

    JSON to kustomize, which re-serialises what it gets. Block YAML where resources live in files: kpt would put JSON
    into the files as it is.
    """
    results = [result.to_dict() for result in resources.results]
    return _yaml(resources, results).encode() if resources.has_files else _json(resources, results)


def _json(resources: ResourceList, results: list[dict[str, Any]]) -> bytes:
    items = b",".join(_as_json(item.value) for item in resources.items)  # each for itself: of many, the text is large
    ending = b"]" + (b',"results":' + _as_json(results) if results else b"") + b"}\n"
    return b'{"apiVersion":"%s","kind":"ResourceList","items":[' % _API_VERSION.encode() + items + ending


def _as_json(value: Any) -> bytes:
    """A value as JSON; nothing holds itself, as readers and composing see to."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)
    return writing.escaped(text).encode()


def _yaml(resources: ResourceList, results: list[dict[str, Any]]) -> str:
    parts = [f"apiVersion: {_API_VERSION}\nkind: ResourceList\n", "items:\n" if resources.items else "items: []\n"]
    parts += [writing.write_yaml([item.value]) if item.text is None else item.text for item in resources.items]
    if resources.function_config is not None:
        parts.append(writing.write_yaml({"functionConfig": resources.function_config}))
    if results:
        parts.append(writing.write_yaml({"results": results}))
    return "".join(parts)


def _annotation(resource: Any, names: tuple[str, ...]) -> str | None:
    """Return the first of the annotations `names` that `resource`, which may be anything, carries as text."""
    metadata = resource.get("metadata") if isinstance(resource, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict):
        for name in names:
            if isinstance(value := annotations.get(name), str):
                return value
    return None
