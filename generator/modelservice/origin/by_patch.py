"""Which of spec.patches set a field, and where in the patch."""

from __future__ import annotations

from modelservice.kubernetes.names import identity
from modelservice.origin import paths
from modelservice.patch.three_way import ABSENT, same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.origin.paths import Step

    Map = dict[str, Any]


class ByPatch:
    """What the patches ``given``, the entries of spec.patches as they were written, changed one after the other."""

    def __init__(self, given: Sequence[Map]) -> None:
        self._given = given
        self._steps: list[tuple[int, Any, Sequence[Map], Sequence[Map]]] = []

    def add(self, index: int, content: Any, before: Sequence[Map], after: Sequence[Map]) -> None:
        """Note what a patch, ``content`` of the entry at ``index``, made of the objects ``before``."""
        self._steps.append((index, content, before, after))

    def field(self, obj: Map, path: Sequence[Step]) -> str | None:
        """The field that set what stands at ``path`` of ``obj`` now; None where no patch did."""
        for index, content, old, new in self._of(obj):
            for length in range(len(path), 0, -1):
                here = path[:length]
                if not same(paths.at(old, here), paths.at(new, here)):
                    return f"spec.patches[{index}].patch{self._within(index, content, here)}"
                if paths.at(new, here) is not ABSENT:
                    break
        return None

    def changes(self, obj: Map, path: Sequence[Step]) -> Iterator[tuple[str, Any]]:
        """The fields of the patches that changed what stands at ``path``, in their order, each with what it made of it."""
        for index, content, old, new in reversed([*self._of(obj)]):
            if not same(paths.at(old, path), paths.at(new, path)):
                yield f"spec.patches[{index}].patch{self._within(index, content, path)}", paths.at(new, path)

    def unpatched(self, obj: Map) -> Map:
        """What ``obj`` was before the patches, which may have given it another name; itself where they made it."""
        steps = [*self._of(obj)]
        return steps[-1][2] if steps and steps[-1][2] is not ABSENT else obj

    def _of(self, obj: Map) -> Iterator[tuple[int, Any, Any, Any]]:
        """The patches, the last one first, each with what it is about, and what it made of that which became ``obj``."""
        wanted = identity(obj)
        for index, content, before, after in reversed(self._steps):
            place = next((place for place, one in enumerate(after) if identity(one) == wanted), None)
            old = next((one for one in before if identity(one) == wanted), ABSENT)
            if old is ABSENT and place is not None and len(before) == len(after):  # it was called otherwise
                old = before[place]
                wanted = identity(old)
            yield index, content, old, ABSENT if place is None else after[place]

    def _within(self, index: int, content: Any, path: Sequence[Step]) -> str:
        """The part of a patch that is about ``path``: of a strategic merge the same field, of JSON6902 the operation."""
        if self._given[index]["patch"] is not content:  # text, or one of several
            return ""
        if isinstance(content, dict):
            steps = list(path)
            while steps and paths.at(content, steps) is ABSENT:
                steps.pop(0)  # a patch of a part begins at the part
            return paths.written(steps, content)
        names = [str(step) for step in path if isinstance(step, str)]
        fits = [place for place, one in enumerate(content) if [part for part in one["path"].split("/") if part and part in names]]
        return f"[{fits[-1]}]" if fits else ""
