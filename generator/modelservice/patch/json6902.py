"""JSON6902 patches: the library jsonpatch (RFC 6902), with the differences of the one in kustomize.

kustomize runs evanphx/json-patch v4. As there, `replace` adds a field that a map lacks, a `test` for null passes where there
is nothing, an index may be negative and count from the end, and a missing `value` is null. One thing is refused: a path
without a slash in front, of which kustomize drops the first part.

What copies add to an object is bounded, since a few operations could make it as large as one likes.
"""

from __future__ import annotations

from modelservice.patch.errors import PatchError
from modelservice.texts import cut, shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

__all__ = ["json_patch"]

OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
MOST_COPIED = 4_000_000  # characters, about, that a patch may copy: an API server takes no object of that size
DEEPEST = 100  # maps and lists in one another


def json_patch(target: dict[str, Any], operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return an object with the operations of a JSON6902 patch applied to it; neither argument is changed.

    Raises PatchError, which names the operation by its position, for one that is malformed or does not apply, or that copies
    or nests too much, and for a patch that takes the object's kind or name away, which kustomize refuses too.
    """
    from copy import deepcopy  # noqa: PLC0415 - few runs have such a patch, so no other pays for these imports

    from jsonpatch import JsonPatchException, JsonPointerException  # noqa: PLC0415

    if not isinstance(operations, (list, tuple)):
        raise PatchError("(root)", f"a JSON6902 patch is a list of operations, not {shown(operations)}")
    document: Any = deepcopy(target)
    left = MOST_COPIED
    for position, operation in enumerate(deepcopy(operations)):
        where = f"operations[{position}]"
        _check(where, operation)
        where += f" ({operation['op']} {cut(operation['path'])})"
        try:
            for step in _steps(where, document, operation):
                size = _size(where, step)
                if operation["op"] == "copy":
                    left -= size
                    step["value"] = deepcopy(_affordable(where, step["value"], left))
                document = _apply(where, document, step)
        except (JsonPatchException, JsonPointerException) as error:
            raise PatchError(where, cut(str(error))) from error
    return _still_an_object(target, document)


def _still_an_object(target: dict[str, Any], document: Any) -> dict[str, Any]:
    """Return what a patch made of an object, if that is the same one."""
    if not isinstance(document, dict):
        raise PatchError("(root)", f"the patch leaves {shown(document)} where there was an object")
    for field in (["kind"], ["metadata", "name"]):
        if _value(target, field) and not _value(document, field):
            raise PatchError(".".join(field), "the patch removes it, and without it nobody knows which object this is")
    return document


def _size(where: str, step: dict[str, Any]) -> int:
    """Return about how many characters the value of an operation is as JSON; raise where it would stand too deep."""
    size = 0
    left = [(step.get("value"), step["path"].count("/"))]
    while left and size <= MOST_COPIED:
        value, depth = left.pop()
        if depth > DEEPEST:
            raise PatchError(where, f"the object would be nested deeper than {DEEPEST} levels")
        size += 8 + (len(value) if isinstance(value, str) else 0)
        if isinstance(value, dict):
            size += sum(map(len, map(str, value)))
            left += [(below, depth + 1) for below in value.values()]
        elif isinstance(value, list):
            left += [(below, depth + 1) for below in value]
    return size


def _affordable(where: str, value: Any, left: int) -> Any:
    """Return a value that is copied, if the patch may copy as much."""
    if left < 0:
        raise PatchError(where, f"the patch copies more than {MOST_COPIED // 1_000_000} MB; no API server takes such an object")
    return value


def _check(where: str, operation: Any) -> None:
    """Raise for an operation that is malformed."""
    if not isinstance(operation, dict):
        raise PatchError(where, f"an operation is a map with op and path, not {shown(operation)}")
    name = operation.get("op")
    if name not in OPERATIONS:
        raise PatchError(where, f"op is one of {', '.join(OPERATIONS)}, not {shown(name)}")
    for field in ("path", "from") if name in ("move", "copy") else ("path",):
        pointer = operation.get(field)
        if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
            raise PatchError(where, f"{field} begins with a slash, such as /spec/replicas; it is {shown(pointer)}")


def _steps(where: str, document: Any, operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an operation as ones without `from`: the new place of a move counts after its value is taken away."""
    from jsonpatch import JsonPointer  # noqa: PLC0415

    if operation["op"] not in ("move", "copy"):
        return [operation]
    source, parent, key = _reach(where, document, operation["from"])
    if isinstance(parent, dict) and key not in parent:
        raise PatchError(where, f"there is no {cut(operation['from'])} to {operation['op']}")
    addition = {"op": "add", "path": operation["path"], "value": JsonPointer(source).resolve(document)}
    return [addition] if operation["op"] == "copy" else [{"op": "remove", "path": source}, addition]


def _apply(where: str, document: Any, step: dict[str, Any]) -> Any:
    """Return the document after one operation, which is put to the library as RFC 6902 would have it."""
    from jsonpatch import JsonPatch  # noqa: PLC0415

    name, value = step["op"], step.get("value")
    path, parent, key = _reach(where, document, step["path"], new=name == "add")
    if path and isinstance(parent, dict) and key not in parent:
        if name == "test" and value is None:
            return document
        name = "add" if name == "replace" else name
    return JsonPatch([{"op": name, "path": path, "value": value}]).apply(document, in_place=True)


def _reach(where: str, document: Any, path: str, *, new: bool = False) -> tuple[str, Any, str]:
    """Follow a path to its last step; return it without negative indexes, what it leads to, and that step.

    `new` is for an addition, whose index -1 is the place behind the last item.
    """
    steps = path.split("/")
    parent = document
    for position in range(1, len(steps)):
        last = position == len(steps) - 1
        if isinstance(parent, list):
            steps[position] = _index(where, parent, steps[position], new=new and last)
        if not last:
            parent = _value(parent, [_unescaped(steps[position])])
            if not isinstance(parent, (dict, list)):
                raise PatchError(where, f"there is no {cut('/'.join(steps[: position + 1]))} that could hold it")
    return "/".join(steps), parent, _unescaped(steps[-1])


def _index(where: str, items: list[Any], step: str, *, new: bool) -> str:
    """Return a step into a list without a sign in front: the position counted from the end, or as it is."""
    number = whole_number(step.removeprefix("-"))
    if number is None and not (step == "-" and new):
        raise PatchError(where, f"{shown(step)} is no position in a list of {len(items)} items")
    if number is None or step[:1] != "-":
        return step
    if number > len(items) + new:
        raise PatchError(where, f"the list has {len(items)} items, so there is no {step}")
    return str(len(items) + new - number)


def _unescaped(step: str) -> str:
    """Return the name that one step of a JSON pointer stands for."""
    return step.replace("~1", "/").replace("~0", "~")


def _value(document: Any, path: list[str]) -> Any:
    """Return the value at a path of names and indexes, or None."""
    for step in path:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and (index := whole_number(step)) is not None and index < len(document):
            document = document[index]
        else:
            return None
    return document
