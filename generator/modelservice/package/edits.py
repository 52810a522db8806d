"""What was edited by hand in a generated object: how it stays when the object is generated again, and what is told of it.

Secrets are concealed before anything is compared, since the record has none of them. Where nothing else tells whose change another value
is, the one in the file stays.
"""

from __future__ import annotations

from modelservice.krm import ResourceRef, Result
from modelservice.kubernetes.names import named
from modelservice.package import names
from modelservice.package.secrecy import conceal, reveal, secrets_in, set_apart
from modelservice.patch.three_way import ABSENT, changes, next_base, same, three_way_merge
from modelservice.workloads import POD_TEMPLATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.patch.three_way import Conflict

    Map = dict[str, Any]


class Merged:
    """An object with what was edited by hand in it; ``base``: what its record is to say; ``results``: what there is to tell."""

    __slots__ = ("base", "obj", "results")

    def __init__(self, obj: Map, base: Map, results: list[Result]) -> None:
        self.obj, self.base, self.results = obj, base, results


def merge(last: Map, edited: Map, wanted: Map) -> Merged:
    """``wanted`` with the edits that made ``edited`` of ``last``, in which secrets are concealed.

    The new record says ``wanted``, but ``last`` where both sides changed a field: so this is told for as long as it stands.
    """
    hidden_wanted = conceal(wanted)
    if same(edited, wanted):
        return Merged(edited, hidden_wanted, [])
    hidden_edited = _hidden(last, edited, hidden_wanted)
    merged, conflicts = three_way_merge(last, hidden_edited, hidden_wanted)
    results = [_conflict(wanted, conflict) for conflict in conflicts]
    base = next_base(last, hidden_edited, hidden_wanted) if conflicts else hidden_wanted
    obj = reveal(merged)
    if hidden_edited is not edited or hidden_wanted is not wanted:
        seen = changes(conceal(obj), hidden_wanted)
        results += [_other_secret(wanted, path) for path in changes(obj, wanted) if path not in seen]
    return Merged(obj, base, results)


def _hidden(last: Map, edited: Map, hidden_wanted: Map) -> Map:
    """``edited`` with secrets concealed, so that one stays which is not generated now: it looks like an edit by hand.

    But not where there is none any more in what is generated: there, what is left of an old one goes.
    """
    hidden: Map = conceal(edited)
    if hidden is edited:
        return edited
    known = secrets_in(hidden_wanted)
    _, conflicts = three_way_merge(last, set_apart(hidden, known), hidden_wanted)
    for conflict in conflicts:
        if not secrets_in(conflict.generated):
            known = known + secrets_in(conflict.edited)
    apart: Map = set_apart(hidden, known)
    return apart


def merge_into_other_kind(last: Map, edited: Map, wanted: Map) -> tuple[Merged, list[str]]:
    """The same for ``wanted`` of another kind of workload; and the paths of the edits that it has no place for."""
    merged = merge(_as_kind(last, wanted), _as_kind(edited, wanted), wanted)
    return merged, [path for path in changes(last, conceal(edited)) if not _is_common(path, edited)]


def lost(value: Map, last: Map | None) -> tuple[str, str]:
    """What to tell, and how seriously, when an object goes that is not generated any more; nothing when it goes as it was generated."""
    gone = f"{named(value)} is not generated any more, and"
    if last is None:
        return f"{gone} there is no record of what was generated last: edits by hand in it are gone", "warning"
    hidden = conceal(names.bare(value))
    edits = [path for path in changes(last, hidden) if path != "metadata.namespace"]  # which may be a later function's
    if edits:
        return f"{gone} goes with its edits by hand: {', '.join(edits)}", "warning"
    return (
        (f"{gone} goes; of what is secret in it, nobody can tell whether it was edited by hand", "info") if secrets_in(hidden) else ("", "")
    )


def _conflict(obj: Map, conflict: Conflict) -> Result:
    shown = ["nothing" if value is ABSENT else repr(value) for value in (conflict.edited, conflict.generated)]
    return Result(
        f"edited by hand to {shown[0]}, and generated now as {shown[1]}; the edit stays",
        "warning",
        field=conflict.path,
        current=None if conflict.edited is ABSENT else conflict.edited,
        proposed=None if conflict.generated is ABSENT else conflict.generated,
        resource=ResourceRef.of(obj),
    )


def _other_secret(obj: Map, path: str) -> Result:
    message = (
        "has another secret in the file than is generated now, and nothing of secrets is kept that tells which is newer; "
        "the one in the file stays until the new one is written there"
    )
    return Result(message, "warning", field=path, resource=ResourceRef.of(obj))


def _as_kind(obj: Map, like: Map) -> Map:
    """What the workload ``obj`` has in common with one of the kind that ``like`` is, in that one's form: in all its pod templates."""
    template = _value_at(obj, _template_path(obj))
    spec = obj["spec"] if isinstance(obj.get("spec"), dict) else {}
    common: Map = {"replicas": spec["replicas"]} if "replicas" in spec else {}
    for path in POD_TEMPLATES[like["kind"]] if template is not None else ():
        if _value_at(like, path) is not None:
            holder = common
            for key in path[1:-1]:
                holder = holder.setdefault(key, {})
            holder[path[-1]] = template
    return {"apiVersion": like["apiVersion"], "kind": like["kind"], "metadata": obj["metadata"], "spec": common}


def _template_path(obj: Map) -> tuple[str, ...]:
    """Where the pod template is of those that serve."""
    paths = POD_TEMPLATES[obj["kind"]]
    return next((path for path in paths if _value_at(obj, path) is not None), paths[-1])


def _value_at(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path; None where it leads nowhere."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _is_common(path: str, edited: Map) -> bool:
    """Whether the field at ``path`` of a workload is one that ``_as_kind`` takes along."""
    return path.startswith(("metadata.", "spec.replicas", f"{'.'.join(_template_path(edited))}."))
