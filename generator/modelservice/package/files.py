"""The items of a package while generated objects are put among them, and the file that the objects of a ModelService go into."""

from __future__ import annotations

import os

from modelservice.config import API_VERSION
from modelservice.krm import Item
from modelservice.kubernetes.names import named
from modelservice.package import names
from modelservice.patch.three_way import same
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.krm import ResourceList

    Map = dict[str, Any]

RECORD_FOLDER = ".modelservice"
CONFIG_GROUPS = (API_VERSION.partition("/")[0], "kpt.dev", "fn.kpt.dev", "kustomize.config.k8s.io")
CONFIG_FILES = ("kustomization.yaml", "kustomization.yml")


class PathError(ValueError):
    """Generated objects cannot go into the file that a ModelService has for them; the message says what would be right."""


def folder_of(service: Map) -> str:
    """The folder of the file that a ModelService is in."""
    return os.path.dirname(_file_of(service) or "")


def record_file(service: Map, owner: str) -> str:
    """The file of the record of what ``service``, whose objects carry ``owner``, has generated last."""
    return os.path.join(folder_of(service), RECORD_FOLDER, owner.replace("/", "_") + ".yaml")


def chosen_file(service: Map) -> str | None:
    """The file that the user chose for what ``service`` generates, None without a choice; raises ``PathError``."""
    chosen = names.annotations_of(service).get(names.PATH)
    if chosen is None:
        return None
    text = str(chosen)
    steps = text.split("/")
    right = "must be the path of a .yaml file inside the package"
    if text.startswith("/") or ".." in steps or not text.endswith((".yaml", ".yml")) or not text.isprintable():
        raise PathError(f"is {chosen!r}; {right}")
    path = os.path.normpath(text)
    if any(step.startswith(".") for step in path.split("/")):
        raise PathError(f"is {chosen!r}, which is hidden; {right}, not in a hidden folder")
    return path


def _file_of(value: Any) -> str | None:
    """The file of the package that a resource is from; the functionConfig is from one too."""
    path = Item(value).path
    return None if path is None else os.path.normpath(path)


def is_config(value: Any) -> bool:
    """Whether a resource is no object but says how objects are made or treated, so that its file must hold nothing else."""
    if not isinstance(value, dict) or names.owner_in(value) is not None:
        return False
    group = str(value.get("apiVersion")).partition("/")[0]
    return group in CONFIG_GROUPS or names.annotations_of(value).get(names.LOCAL) == "true"


class Package:
    """The items of a package: what stands where now, and what an earlier run put there for whom."""

    def __init__(self, resources: ResourceList) -> None:
        self.before = resources.items
        self.now: dict[int, Item | None] = {}  # by place in the list: what stands there now; None for nothing
        self.added: list[Item] = []
        self.owned: dict[str, dict[int, Map]] = {}  # by owner: what earlier runs put there, by place in the list
        self._same: dict[names.Identity, list[tuple[int | None, Item]]] = {}  # the items that are one object; no place if new
        self._indexes: dict[str, int] = {}  # by file: the next free index
        self._configs: dict[str, str] = {}  # by file: the config that it holds
        for place, item in enumerate(self.before):
            owner = names.owner_in(item.value)
            self._same.setdefault(names.identity(item.value), []).append((place, item))
            if owner is not None:
                self.owned.setdefault(owner, {})[place] = item.value
            if item.path is not None:
                self._indexes[item.path] = max(self._indexes.get(item.path, 0), _number(item.index) + 1)
        for value in (resources.function_config, *(item.value for item in reversed(self.before))):
            if (file := _file_of(value)) is not None and is_config(value):
                self._configs[file] = named(value)

    def items(self) -> list[Item]:
        """The items now, each in its old place, new ones last."""
        kept = [self.now.get(place, item) for place, item in enumerate(self.before)]
        return [item for item in kept if item is not None] + self.added

    def owner_of(self, service: Map) -> str:
        """What the objects of ``service`` carry, also if a later function has given it and its record a namespace since."""
        name, namespace = str(service["metadata"]["name"]), service["metadata"].get("namespace")
        records = [value for value in self.owned.get(name, {}).values() if namespace and names.is_record(value)]
        return name if any(record["metadata"].get("namespace") == namespace for record in records) else names.owner_of(service)

    def file_for(self, service: Map) -> tuple[str, bool]:
        """The file for what ``service`` generates, and whether the user chose it; raises ``PathError`` for one that cannot be."""
        chosen = chosen_file(service)
        file = chosen or os.path.join(folder_of(service), f"{service['metadata']['name']}.generated.yaml")
        config = self._configs.get(file) or (os.path.basename(file) if os.path.basename(file) in CONFIG_FILES else None)
        if config is not None:
            raise PathError(f"{'is' if chosen else 'would be'} {file!r}, the file of {config}; must be one for generated objects")
        return file, chosen is not None

    def add(self, obj: Map, file: str, service: Map) -> None:
        """Add ``obj`` to a file of the package that ``service`` is in, behind what is in it."""
        index = self._indexes.get(file, 0)
        self._indexes[file] = index + 1
        notes = {key: text for key, text in names.annotations_of(service).items() if key == names.FILE_PACKAGE}
        item = Item(names.annotated(obj, {names.FILE_PATH: file, names.FILE_INDEX: str(index), **notes}))
        self._same.setdefault(names.identity(obj), []).append((None, item))
        self.added.append(item)

    def drop(self, place: int) -> None:
        """Take the item at ``place`` away."""
        self.now[place] = None

    def replace(self, place: int, obj: Map) -> None:
        """Put ``obj`` in the place of an item; where it says the same, the item stays as it is written."""
        item = self.before[place]
        if not same(names.bare(item.value), names.bare(obj)):
            notes = {key: text for key, text in names.annotations_of(item.value).items() if key.startswith(names.ORCHESTRATOR)}
            item = Item(names.annotated(names.bare(obj), notes))
        self.now[place] = item

    def move(self, place: int, file: str, service: Map) -> None:
        """Take the item at ``place`` to the end of a file, if it is not in there."""
        item = self.now.get(place) or self.before[place]
        if item.path != file:
            self.drop(place)
            self.add(names.bare(item.value), file, service)

    def stranger(self, obj: Map, owner: str) -> Item | None:
        """An item that is the same object as ``obj`` and that ``owner`` does not own: written by hand, or another's."""
        for place, item in self._same.get(names.identity(obj), ()):
            if names.owner_in(item.value) != owner and (place is None or self.now.get(place, item) is not None):
                return item
        return None


def _number(index: str | None) -> int:
    """An index as a number; what cannot be one counts as the first."""
    return whole_number(index or "") or 0
