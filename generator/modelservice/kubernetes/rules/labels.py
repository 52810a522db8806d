"""Labels, annotations, and what selects by labels."""

from __future__ import annotations

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.kubernetes.rules import Map, Mistakes

ANNOTATIONS_LIMIT = 256 * 1024
FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
# how the names of kinds must look; those of other kinds are DNS subdomains
NAMES = {
    "Namespace": names.is_dns_label,
    "StatefulSet": names.is_dns_label,
    **dict.fromkeys(("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"), names.is_path_segment),
}
LONGEST = {"CronJob": 52}
_GOOD: set[tuple[str, str]] = set()  # pairs that were looked at: one service has the same labels in many places
_MANY = 10_000


def named(obj: Map) -> Mistakes:
    """Mistakes of an object's own name."""
    metadata = obj.get("metadata") or {}
    name, kind = metadata.get("name", ""), obj["kind"]
    is_right = NAMES.get(kind, names.is_dns_subdomain)
    if kind == "Service":
        is_right = names.is_dns_label if obj["apiVersion"] == "v1" else is_right
    if not name:
        if not metadata.get("generateName"):
            yield ("metadata", "name"), f"is missing; a {kind} needs a name"
    elif not is_right(name):
        yield ("metadata", "name"), f"is {quoted(name)}; must be {names.WHAT[is_right]}"
    elif len(name) > LONGEST.get(kind, len(name)):
        yield ("metadata", "name"), f"has {len(name)} characters; a {kind} may have {LONGEST[kind]}"


def object_meta(metadata: Map) -> Mistakes:
    """Mistakes of labels, annotations and finalizers."""
    if "labels" in metadata:
        yield from labels(metadata["labels"], ("labels",))
    if "annotations" in metadata:
        yield from _annotations(metadata["annotations"])
    for index, finalizer in enumerate(metadata.get("finalizers", ())):
        if not names.is_label_key(finalizer) or ("/" not in finalizer and finalizer not in FINALIZERS):
            yield ("finalizers", index), f"is {quoted(finalizer)}; must be a name with a domain, as in example.com/finalizer"


def labels(value: Map, path: tuple[str, ...]) -> Mistakes:
    """Mistakes of a map of labels at ``path``."""
    for pair in value.items():
        if pair in _GOOD:
            continue
        key, text = pair
        if not names.is_label_key(key):
            yield (*path, key), f"has the key {quoted(key)}; must be {names.WHAT[names.is_label_key]}"
        elif not names.is_label_value(text):
            yield (*path, key), f"is {quoted(text)}; must be nothing, or {names.WHAT[names.is_label_value]}"
        elif len(_GOOD) < _MANY:
            _GOOD.add(pair)


def _annotations(value: Map) -> Mistakes:
    size = 0
    for key, text in value.items():
        size += len(key) + len(text)
        if not names.is_label_key(key.lower()):
            yield ("annotations", key), f"has the key {quoted(key)}; must be {names.WHAT[names.is_label_key]}"
    if size > ANNOTATIONS_LIMIT:
        yield ("annotations",), f"have {size} characters together; must have at most {ANNOTATIONS_LIMIT}"


def label_selector(selector: Map) -> Mistakes:
    """Mistakes of the labels of a selector."""
    if "matchLabels" in selector:
        yield from labels(selector["matchLabels"], ("matchLabels",))


def requirement(value: Map) -> Mistakes:
    """Mistakes of the values of an expression of a selector."""
    operator, values = value.get("operator"), value.get("values")
    if operator in ("In", "NotIn") and not values:
        yield ("values",), f"is missing; {operator} needs values"
    elif operator in ("Exists", "DoesNotExist") and values:
        yield ("values",), f"is there; {operator} takes none"


def node_selector(selector: Map) -> Mistakes:
    """Mistakes of the values of what nodes must have; where it is only preferred, Kubernetes takes any."""
    for index, term in enumerate(selector.get("nodeSelectorTerms", ())):
        for number, expression in enumerate(term.get("matchExpressions", ())):
            for place, value in enumerate(expression.get("values", ())):
                if not names.is_label_value(value):
                    path = ("nodeSelectorTerms", index, "matchExpressions", number, "values", place)
                    yield path, f"is {quoted(value)}; must be {names.WHAT[names.is_label_value]}"


def node_selector_term(term: Map) -> Mistakes:
    """Mistakes of the expressions of a term."""
    for index, expression in enumerate(term.get("matchExpressions", ())):
        path = ("matchExpressions", index)
        if not names.is_label_key(expression.get("key", "")):
            yield (*path, "key"), f"is {quoted(expression.get('key', ''))}; must be {names.WHAT[names.is_label_key]}"
        for below, message in requirement(expression):
            yield (*path, *below), message
        if expression.get("operator") in ("Gt", "Lt") and len(expression.get("values", ())) != 1:
            yield (*path, "values"), f"must be one value with {expression['operator']}"
    for index, expression in enumerate(term.get("matchFields", ())):
        yield from _match_field(expression, ("matchFields", index))


def _match_field(expression: Map, path: tuple[str | int, ...]) -> Mistakes:
    if expression.get("key") != "metadata.name":
        yield (*path, "key"), f"is {quoted(str(expression.get('key')))}; must be metadata.name"
    if expression.get("operator") not in ("In", "NotIn"):
        yield (*path, "operator"), f"is {quoted(str(expression.get('operator')))}; must be In or NotIn for a field"
    elif len(expression.get("values", ())) != 1:
        yield (*path, "values"), "must be one value for a field"
    elif not names.is_dns_subdomain(expression["values"][0]):
        yield (*path, "values", 0), f"is {quoted(expression['values'][0])}; must be the name of a node"


def match_label_keys(term: Map) -> Mistakes:
    """Mistakes of label keys that are added to a selector."""
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        keys = term.get(field)
        if keys and "labelSelector" not in term:
            yield (field,), "is there without labelSelector; must be given with one"
        for index, key in enumerate(keys or ()):
            if not names.is_label_key(key):
                yield (field, index), f"is {quoted(key)}; must be {names.WHAT[names.is_label_key]}"
            elif field == "matchLabelKeys" and key in term.get("mismatchLabelKeys", ()):
                yield (field, index), f"is {quoted(key)}, which is in mismatchLabelKeys, too; must be in one of them"


def is_empty(selector: Map) -> bool:
    """Whether a selector says nothing."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def matches(selector: Map, given: Map) -> bool:
    """Whether labels have all that a selector asks for."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if given.get(key) != value:
            return False
    return all(_holds(expression, given) for expression in selector.get("matchExpressions") or ())


def _holds(expression: Map, given: Map) -> bool:
    key: Any = expression.get("key")
    match expression.get("operator"):
        case "In":
            return not expression.get("values") or (key in given and given[key] in expression["values"])
        case "NotIn":
            return key not in given or given[key] not in expression.get("values", ())
        case "Exists":
            return key in given
        case "DoesNotExist":
            return key not in given
    return True
