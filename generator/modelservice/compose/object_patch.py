"""A patch in kustomize's form, and the objects that it is for.

Finding them is kustomize's way (api/types/selector.go, api/resmap/reswrangler.go): regular expressions that match all of a field, label
selectors, or the object that a strategic-merge patch names itself. Ours is that a patch which finds nothing is an error.
"""

from __future__ import annotations

from modelservice.compose.composition import misshapen_object
from modelservice.compose.selectors import matches
from modelservice.krm import parse_all
from modelservice.patch import PatchError, json_patch, strategic_merge
from modelservice.texts import cut, listed, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Map = dict[str, Any]

REGULAR_EXPRESSIONS = ("group", "version", "kind", "name", "namespace")
SELECTORS = {"labelSelector": "labels", "annotationSelector": "annotations"}
# of an expression that says each character of what it fits: letters, digits and some that stand for themselves, and the one for any
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/.")


class TargetError(ValueError):
    """A patch that finds no target, or cannot; the message says what there is."""


class NothingFitsError(TargetError):
    """A patch whose target is right, and is not there."""


def look_at(obj: Map) -> None:
    """Raise PatchError where an object that a patch changed is none that anybody could look at."""
    for field, what in misshapen_object(obj):
        raise PatchError(field, f"{what}, after the patch")


def contents(given: Map) -> list[Any]:
    """The patches in one entry: several where its text has several documents, or a List."""
    patch = given["patch"]
    documents = [one for one in parse_all(patch) if one is not None] if isinstance(patch, str) else [patch]
    found: list[Any] = []
    for document in documents:
        is_list = isinstance(document, dict) and document.get("kind") == "List" and isinstance(document.get("items"), list)
        found += document["items"] if is_list else [document]
    if not found:
        raise PatchError("(root)", "the patch is empty")
    if len(found) > 1 and given.get("target") is not None:
        raise PatchError("(root)", f"there are {len(found)} patches, and one target; give each an entry of its own")
    return found


class ObjectPatch:
    """One patch, strategic merge (a map) or JSON6902 (a list), of an entry ``given`` of spec.patches; raises PatchError for neither."""

    def __init__(self, content: Any, given: Map, merge_keys: Map | None) -> None:
        if not isinstance(content, (dict, list)):
            raise PatchError("(root)", f"is {shown(content)}; must be a map (strategic merge) or a list of operations (JSON6902)")
        self.content = content
        self.target: Map | None = given.get("target")
        self.options: Map = given.get("options") or {}
        self.merge_keys = merge_keys

    def chosen(self, objects: Sequence[Map]) -> list[int]:
        """The places of the objects that the patch is for, at least one; raises TargetError."""
        return self._named(objects) if self.target is None else self._selected(self.target, objects)

    def changed(self, obj: Map) -> Map | None:
        """``obj`` patched, which is not changed itself; None when the patch deletes it. Raises PatchError."""
        if isinstance(self.content, list):
            return json_patch(obj, self.content)
        merged = strategic_merge(obj, self._without_identity(self.content), merge_keys=self.merge_keys)
        return None if merged is None else _with_identity(merged, obj)

    def _named(self, objects: Sequence[Map]) -> list[int]:
        """The one object that the patch itself names."""
        if isinstance(self.content, list):
            raise TargetError("missing; a JSON6902 patch does not say what it is for")
        kind, metadata = self.content.get("kind"), metadata_of(self.content)
        if not kind or not metadata.get("name"):
            raise TargetError("missing; without one, the patch must say kind and metadata.name")
        wanted = {"kind": kind, "name": metadata["name"]}
        if metadata.get("namespace"):
            wanted["namespace"] = metadata["namespace"]
        if self.content.get("apiVersion"):
            wanted["group"], wanted["version"] = _group_and_version(self.content)
        chosen = [index for index, obj in enumerate(objects) if wanted.items() <= _placed(obj).items()]
        if len(chosen) != 1:
            found, error = (f"{len(chosen)} objects are", TargetError) if chosen else ("no object is", NothingFitsError)
            raise error(f"{found} {said(wanted)}; {_there(objects)}")
        return chosen

    def _selected(self, target: Map, objects: Sequence[Map]) -> list[int]:
        """The objects that a target of kustomize's selects."""
        expressions = {key: _expression(key, target[key]) for key in REGULAR_EXPRESSIONS if target.get(key)}
        chosen = [index for index, obj in enumerate(objects) if _fits(target, expressions, obj)]
        if not chosen:
            raise NothingFitsError(f"no object fits {said(target)}; {_there(objects)}")
        return chosen

    def _without_identity(self, patch: Map) -> Map:
        """``patch`` without what only says which object it is for, save what the options let it change."""
        kept = {key: value for key, value in patch.items() if key not in ("apiVersion", "kind", "metadata")}
        if self.options.get("allowKindChange") and "kind" in patch:
            kept["kind"] = patch["kind"]
        if isinstance(patch.get("metadata"), dict):
            identity = ("namespace",) if self.options.get("allowNameChange") else ("name", "namespace")
            kept["metadata"] = {key: value for key, value in patch["metadata"].items() if key not in identity}
        elif "metadata" in patch:
            kept["metadata"] = patch["metadata"]
        return kept


def _there(objects: Sequence[Map]) -> str:
    named = [f"{obj.get('kind')} {metadata_of(obj).get('name')}" for obj in objects]
    return f"there are: {listed(named) or 'none'}"


def said(wanted: Map) -> str:
    """What a target asks for, for messages."""
    return ", ".join(f"{key} {cut(value) if isinstance(value, str) else shown(value)}" for key, value in wanted.items() if value)


def _fits(target: Map, expressions: dict[str, Callable[[str], bool]], obj: Map) -> bool:
    identity = _placed(obj)
    if not all(fits(identity[key]) for key, fits in expressions.items()):
        return False
    metadata = metadata_of(obj)
    try:
        return all(matches(target[key], metadata.get(field) or {}) for key, field in SELECTORS.items() if target.get(key))
    except ValueError as error:
        raise TargetError(str(error)) from None


def _expression(key: str, expression: str) -> Callable[[str], bool]:
    """What tells whether a text is what a target's regular expression means: RE2's, as in kustomize, which match in linear time."""
    if PLAIN.issuperset(expression):
        length = len(expression)
        return lambda text: len(text) == length and all(map(_fits_character, expression, text))
    import re2  # 7 ms that most targets do not pay for  # noqa: PLC0415

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(expression.encode(), options)
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else "it is no text"
        raise TargetError(f"{key} is {shown(expression)}, which is no regular expression of kustomize's kind (RE2): {cut(why)}") from None
    return lambda text: compiled.fullmatch(text.encode(errors="replace")) is not None


def _fits_character(wanted: str, one: str) -> bool:
    return wanted == one or (wanted == "." and one != "\n")


def _identity(obj: Map) -> dict[str, str]:
    group, version = _group_and_version(obj)
    metadata = metadata_of(obj)
    return {
        "group": group,
        "version": version,
        "kind": str(obj.get("kind") or ""),
        "name": str(metadata.get("name") or ""),
        "namespace": str(metadata.get("namespace") or ""),
    }


def _placed(obj: Map) -> dict[str, str]:
    """What tells ``obj`` apart, with the namespace that one without a namespace is in."""
    identity = _identity(obj)
    return {**identity, "namespace": identity["namespace"] or "default"}


def _with_identity(patched: Map, obj: Map) -> Map:
    """``patched`` with what it lacks of the kind and the name of ``obj``, which a patch cannot take away."""
    head = {key: obj[key] for key in ("apiVersion", "kind") if obj.get(key) and not patched.get(key)}
    own, left = metadata_of(obj), metadata_of(patched)
    names = {key: own[key] for key in ("name", "namespace") if own.get(key) and not left.get(key)}
    if not head and not names:
        return patched
    kinds = {key: value for key, value in {**patched, **head}.items() if key in ("apiVersion", "kind")}
    rest = {key: value for key, value in patched.items() if key not in ("apiVersion", "kind", "metadata")}
    return {**kinds, "metadata": {**names, **left, **names}, **rest}


def metadata_of(obj: Map) -> Map:
    """The metadata of an object; empty where it has none that is a map."""
    metadata = obj.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _group_and_version(obj: Map) -> tuple[str, str]:
    group, _, version = str(obj.get("apiVersion") or "").rpartition("/")
    return group, version
