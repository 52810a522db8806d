"""A package as kpt holds it, without kpt: items as text, what a run of the function makes of them, and edits by hand between runs."""

from __future__ import annotations

import functools
import json
import re
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from modelservice import function
from modelservice.krm import Item, parse, read_resource_list, write_resource_list, write_yaml
from modelservice.krm.slices import split

Map = dict[str, Any]

API_VERSION = "modelservice.llm-d.ai/v1alpha1"
OWNER = "modelservice.llm-d.ai/generated-from"
PATH, INDEX = "config.kubernetes.io/path", "config.kubernetes.io/index"
NOTES = ("config.kubernetes.io/", "internal.config.kubernetes.io/")


def item(text: str, path: str, index: int = 0) -> str:
    """Return a document as an entry of ``items``, as kpt sends it: with the notes that it makes for itself in the annotations."""
    notes = "".join(f"    {prefix}{key}: '{value}'\n" for prefix in ("", "internal.") for key, value in ((INDEX, index), (PATH, path)))
    text = textwrap.dedent(text).lstrip("\n")
    if re.search(r"^  annotations:.*\n", text, re.MULTILINE):
        text = re.sub(r"^(  annotations:.*\n)", lambda match: match[1] + notes, text, count=1, flags=re.MULTILINE)
    elif re.search(r"^metadata:.*\n", text, re.MULTILINE):
        text = re.sub(r"^(metadata:.*\n)", lambda match: f"{match[1]}  annotations:\n{notes}", text, count=1, flags=re.MULTILINE)
    else:
        text = f"metadata:\n  annotations:\n{notes}{text}"
    first, _, rest = text.partition("\n")
    return f"- {first}\n" + textwrap.indent(rest, "  ")


def service(spec: Map | str = "", name: str = "llama", path: str = "", *, namespace: str = "", annotations: Map | None = None) -> str:
    """Return a ModelService of a package; its spec is YAML, or a map."""
    model = {"name": f"meta/{name}-8b", "size": "20Gi"}
    written = json.dumps({"modelArtifacts": model, **spec}) if isinstance(spec, dict) else spec
    notes = "".join(f"    {key}: {json.dumps(value)}\n" for key, value in (annotations or {}).items())
    head = f"apiVersion: {API_VERSION}\nkind: ModelService\nmetadata: # of {name}\n  name: {name}\n"
    head += f"  namespace: {namespace}\n" if namespace else ""
    head += f"  annotations:\n{notes}" if notes else ""
    model_line = f"  modelArtifacts: {json.dumps(model)} # the model\n"
    body = f"spec: {written}\n" if isinstance(spec, dict) else f"spec:\n{model_line}" + textwrap.indent(written, "  ")
    return item(head + body, path or f"{name}.yaml")


class Package(NamedTuple):
    """Items as text, in their order."""

    entries: tuple[str, ...]

    def run(self, config: Any = None) -> Run:
        """Run the function on the package, with a functionConfig."""
        parts = ["apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n", *self.entries]
        if config is not None:
            parts.append(f"functionConfig: {json.dumps(config)}\n")
        resources = read_resource_list("".join(parts))
        function.run(resources)
        answer = write_resource_list(resources).decode()
        parsed = split(answer)
        entries = tuple(part.text for part in parsed.slices) if parsed else ()
        assert len(entries) == len(resources.items)
        return Run(Package(entries), [result.to_dict() for result in resources.results], resources.function_config)

    @property
    def values(self) -> list[Any]:
        """What the items say."""
        return [_read(entry) for entry in self.entries]

    def find(self, kind: str, name: str = "", namespace: str | None = None) -> int:
        """Where an object is."""
        found = [index for index, value in enumerate(self.values) if self._is(value, kind, name, namespace)]
        assert len(found) == 1, f"{len(found)} are {kind} {name}; there are {self.ids()}"
        return found[0]

    @staticmethod
    def _is(value: Any, kind: str, name: str, namespace: str | None) -> bool:
        metadata = value.get("metadata") or {}
        return (
            value.get("kind") == kind
            and name in ("", metadata.get("name"))
            and (namespace is None or (metadata.get("namespace") or "") == namespace)
        )

    def value(self, kind: str, name: str = "", namespace: str | None = None) -> Map:
        """What an object says."""
        value: Map = self.values[self.find(kind, name, namespace)]
        return value

    def text(self, kind: str, name: str = "") -> str:
        """How an object is written."""
        return self.entries[self.find(kind, name)]

    def ids(self) -> list[str]:
        """Kind and name of each item."""
        return [f"{value.get('kind')}/{(value.get('metadata') or {}).get('name')}" for value in self.values]

    def kinds(self, owner: str | None = None) -> list[str]:
        """The kinds of the items, or of those that a ModelService owns."""
        return [value.get("kind") for value in self.values if owner is None or annotations_of(value).get(OWNER) == owner]

    def places(self) -> list[tuple[str | None, str | None]]:
        """File and index of each item."""
        return [(Item(value).path, Item(value).index) for value in self.values]

    def edited(self, kind: str, *changes: tuple[str, str], name: str = "") -> Package:
        """Return the package with the text of an object changed by hand."""
        index = self.find(kind, name)
        text = self.entries[index]
        for old, new in changes:
            assert text.count(old) == 1, f"{text.count(old)} times {old!r} in\n{text}"
            text = text.replace(old, new)
        return self.with_entry(index, text)

    def with_entry(self, index: int, text: str) -> Package:
        """Return the package with another text in one place."""
        return Package((*self.entries[:index], text, *self.entries[index + 1 :]))

    def without(self, kind: str, name: str = "") -> Package:
        """Return the package without an object."""
        index = self.find(kind, name)
        return Package((*self.entries[:index], *self.entries[index + 1 :]))

    def plus(self, *entries: str) -> Package:
        """Return the package with more items."""
        return Package((*self.entries, *entries))

    def read_again(self) -> Package:
        """Return the package as kpt sends it next time: file by file, in the order of the indexes, which are counted anew."""
        by_file: dict[str, list[tuple[int, str]]] = {}
        for entry, (path, index) in zip(self.entries, self.places(), strict=True):
            by_file.setdefault(path or "", []).append((int(index or 0), entry))
        entries = []
        for _, of_file in sorted(by_file.items()):
            for number, (_, entry) in enumerate(sorted(of_file, key=lambda pair: pair[0])):
                entries.append(re.sub(r"(config\.kubernetes\.io/index: ).*", rf"\g<1>'{number}'", entry))
        return Package(tuple(entries))


class Run(NamedTuple):
    """What a run came to: the package, the results, the functionConfig in the answer."""

    package: Package
    results: list[Map]
    config: Any

    def told(self, *severities: str) -> list[str]:
        """The results of these severities, else errors and warnings, as ``kind/name field: message``, without those of latest images."""
        return [
            f"{(one.get('resourceRef') or {}).get('kind')}/{(one.get('resourceRef') or {}).get('name')} "
            f"{(one.get('field') or {}).get('path', '')}: {one['message']}"
            for one in self.results
            if one["severity"] in (severities or ("error", "warning")) and (one.get("tags") or {}).get("check") != "image-tag"
        ]


@functools.cache
def _read(entry: str) -> Any:
    return parse(entry)[0]


def package(*entries: str) -> Package:
    """Return a package of items."""
    return Package(entries)


def annotations_of(value: Any) -> Map:
    """Return the annotations of a resource."""
    found: Map = (value.get("metadata") or {}).get("annotations") or {}
    return found


def bare(value: Map) -> Map:
    """Return a resource without what kpt and the function note on it."""
    kept = {key: text for key, text in annotations_of(value).items() if not key.startswith(NOTES) and key != OWNER}
    metadata = {key: below for key, below in value["metadata"].items() if key != "annotations"}
    return {**value, "metadata": {**metadata, **({"annotations": kept} if kept else {})}}


def own(values: Sequence[Map], owner: str) -> list[Map]:
    """Return what a ModelService owns among resources, without its record."""
    return [bare(value) for value in values if annotations_of(value).get(OWNER) == owner and value.get("kind") != "LastGenerated"]


def written(value: Map) -> str:
    """Return a resource as an entry of ``items``, as somebody's editor may write it."""
    return write_yaml([value])
