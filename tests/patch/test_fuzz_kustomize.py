"""Random objects and patches, merged by us and by the real kustomize: no difference but the documented ones.

kustomize's patch transformer is run as `kubectl kustomize`, many patches a start. What is compared is everything outside
the places where `odd_places` finds one of the DIFFERENCES, each of which is something that kustomize loses or leaks.
MODELSERVICE_FUZZ_EXAMPLES sets how many pairs of object and patch are tried (`make fuzz`).
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml12
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from modelservice.patch import PatchError, strategic_merge

PAIRS = int(os.environ.get("MODELSERVICE_FUZZ_EXAMPLES", "200"))
PAIRS_A_START = 25

DIFFERENCES = {
    "no key": "kustomize loses items without their key, and often the items with one (8)",
    "duplicate": "kustomize keeps one of several items with the same key (8)",
    "one-sided": "kustomize loses fields where only some items have the second key, such as protocol (7)",
    "item replace": "kustomize ignores `$patch: replace` in an item (5)",
    "leaked": "kustomize prints a list's `$patch` where the target lacks the list (5)",
    "hidden directive": "kustomize sees no directive of a list behind one of an item, so it merges and loses items",
    "two directives": "kustomize takes the first of a list's directives, and may print the other",
    "same directive": "kustomize loses an item that has the same `$patch` as the list",
    "newer field": "kustomize knows Kubernetes 1.21.2, and replaces lists that are merged since",
    "atomic directive": "kustomize prints a directive inside a list that is not merged (9)",
    "quoted": "kustomize keeps the quotes of a replaced text, which makes `5` a text (3)",
}


# What objects look like: a shape says what a field holds, and draws values for it.


@dataclass(frozen=True)
class Scalar:
    """A plain value out of a few, so that target and patch often agree."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Map:
    """A map with known fields."""

    fields: dict[str, Any]


@dataclass(frozen=True)
class Atomic:
    """A list that is replaced whole."""

    items: Any


@dataclass(frozen=True)
class Values:
    """A list of plain values that is merged."""

    items: Scalar


@dataclass(frozen=True)
class Items:
    """A list of maps that is merged by keys; `newer` if kustomize's schema does not know so."""

    keys: dict[str, Scalar]
    fields: dict[str, Any]
    newer: bool = False


WORD = Scalar(("a", "b", "c"))
TEXT = Scalar(("x", "y", "5", "true", "null", "x: y"))
COUNT = Scalar((0, 1, 8080))
FLAG = Scalar((True, False))
ANY = Scalar(("x", "5", 5, 1.5, True, "true"))
STRINGS = Atomic(TEXT)
LABELS = Map({"a": TEXT, "b": TEXT, "c.d/e": TEXT})
SELECTOR = Map({"matchLabels": LABELS, "matchExpressions": Atomic(Map({"key": WORD, "values": STRINGS}))})
PORT = Scalar((53, 80))
PROTOCOL = Scalar(("TCP", "UDP"))
CONTAINER_FIELDS = {
    "image": TEXT,
    "args": STRINGS,
    "env": Items({"name": WORD}, {"value": TEXT, "valueFrom": Map({"fieldRef": Map({"fieldPath": TEXT})})}),
    "envFrom": Atomic(Map({"prefix": TEXT, "configMapRef": Map({"name": WORD})})),
    "ports": Items({"containerPort": PORT, "protocol": PROTOCOL}, {"name": WORD, "hostPort": COUNT}),
    "volumeMounts": Items({"mountPath": WORD}, {"name": WORD, "readOnly": FLAG}),
    "resources": Map({"limits": LABELS, "claims": Atomic(Map({"name": WORD}))}),
    "livenessProbe": Map({"httpGet": Map({"path": TEXT, "port": ANY}), "periodSeconds": COUNT}),
}
POD = Map(
    {
        "containers": Items({"name": WORD}, CONTAINER_FIELDS),
        "initContainers": Items({"name": WORD}, CONTAINER_FIELDS),
        "volumes": Items({"name": WORD}, {"emptyDir": Map({"sizeLimit": TEXT}), "secret": Map({"items": STRINGS})}),
        "imagePullSecrets": Items({"name": WORD}, {}),
        "hostAliases": Items({"ip": WORD}, {"hostnames": STRINGS}),
        "tolerations": Atomic(Map({"key": WORD, "operator": TEXT})),
        "topologySpreadConstraints": Items({"topologyKey": WORD, "whenUnsatisfiable": WORD}, {"maxSkew": COUNT, "labelSelector": SELECTOR}),
        "schedulingGates": Items({"name": WORD}, {}, newer=True),
        "resourceClaims": Items({"name": WORD}, {"resourceClaimName": TEXT}, newer=True),
        "nodeSelector": LABELS,
        "securityContext": Map({"runAsUser": COUNT, "seccompProfile": Map({"type": TEXT})}),
    }
)
METADATA = Map(
    {
        "labels": LABELS,
        "annotations": LABELS,
        "finalizers": Values(WORD),
        "ownerReferences": Items({"uid": WORD}, {"name": WORD, "controller": FLAG}),
    }
)
UNKNOWN_METADATA = Map({"labels": LABELS, "annotations": LABELS, "finalizers": STRINGS})
TEMPLATE = Map({"metadata": METADATA, "spec": POD})
KINDS: dict[tuple[str, str], dict[str, Any]] = {
    ("apps/v1", "Deployment"): {
        "spec": Map(
            {
                "replicas": ANY,
                "selector": SELECTOR,
                "strategy": Map({"type": TEXT, "rollingUpdate": Map({"maxSurge": ANY})}),
                "template": TEMPLATE,
            }
        )
    },
    ("v1", "Pod"): {"spec": POD},
    ("batch/v1", "CronJob"): {"spec": Map({"jobTemplate": Map({"spec": Map({"template": TEMPLATE})})})},
    ("v1", "Service"): {
        "spec": Map(
            {
                "ports": Items({"port": PORT, "protocol": PROTOCOL}, {"name": WORD, "targetPort": ANY}),
                "selector": LABELS,
                "externalIPs": STRINGS,
            }
        )
    },
    ("v1", "ServiceAccount"): {
        "secrets": Items({"name": WORD}, {"namespace": WORD}),
        "imagePullSecrets": Atomic(Map({"name": WORD})),
        "automountServiceAccountToken": FLAG,
    },
    ("v1", "Node"): {"spec": Map({"podCIDRs": Values(WORD), "taints": Atomic(Map({"key": WORD})), "podCIDR": TEXT})},
    ("v1", "ConfigMap"): {"data": LABELS},
    ("policy/v1", "PodDisruptionBudget"): {"spec": Map({"selector": SELECTOR, "minAvailable": ANY})},
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): {
        "webhooks": Items(
            {"name": WORD},
            {
                "rules": Atomic(Map({"operations": STRINGS})),
                "namespaceSelector": SELECTOR,
                "matchConditions": Items({"name": WORD}, {"expression": TEXT}, newer=True),
            },
        )
    },
    ("example.com/v1", "Unknown"): {
        "metadata": UNKNOWN_METADATA,
        "spec": Map({"containers": Atomic(Map({"name": WORD, "env": Atomic(Map({"name": WORD}))})), "a": LABELS, "n": ANY}),
    },
}


OFTEN = {"containers", "env", "ports"}
"""Fields that are drawn more than others: most is to be found wrong in them."""

NO_TARGET: Any = object()


class Draw:
    """Draws targets, and patches that are about what a target has; odd things are rare, so that most is compared.

    `target` is what a patch is drawn for, and NO_TARGET if a target is drawn; `merged` is false below a list that is
    replaced whole.
    """

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def rarely(self, one_in: int) -> bool:
        """Say yes once in a while."""
        return bool(self.draw(st.integers(0, one_in - 1)) == one_in - 1)

    def value(self, shape: Any, target: Any = NO_TARGET, *, merged: bool = True) -> Any:
        """Draw what a shape describes."""
        if self.rarely(40):
            return None
        if isinstance(shape, Scalar):
            return self.draw(st.sampled_from(shape.values))
        if isinstance(shape, Map):
            return self.map(shape.fields, target, merged=merged)
        if isinstance(shape, Values):
            return self.values(shape, target)
        if isinstance(shape, Items):
            return self.items(shape, target)
        below = NO_TARGET if target is NO_TARGET else None
        return [self.value(shape.items, below, merged=False) for _ in range(self.draw(st.integers(0, 3)))]

    def map(self, fields: dict[str, Any], target: Any = NO_TARGET, *, merged: bool = True) -> dict[str, Any]:
        """Draw some fields of a map, for a patch now and then null or a directive."""
        patch = target is not NO_TARGET
        known = target if isinstance(target, dict) else {}
        names = sorted(fields) + sorted(fields.keys() & (known.keys() | OFTEN)) * 4
        drawn: dict[str, Any] = {}
        fewest = 0 if self.rarely(6) else min(2, len(fields))
        for name in self.draw(st.lists(st.sampled_from(names), unique=True, min_size=fewest, max_size=5)) if names else []:
            null = patch and merged and self.rarely(10)
            drawn[name] = None if null else self.value(fields[name], known.get(name) if patch else NO_TARGET, merged=merged)
        if patch and self.rarely(25 if merged else 200):
            drawn["$patch"] = self.draw(st.sampled_from(["delete", "replace", "merge", "foo"]))
        return drawn

    def values(self, shape: Values, target: Any) -> list[Any]:
        """Draw a merged list of plain values."""
        fewest = 0 if self.rarely(8) else 1
        drawn = self.draw(st.lists(st.sampled_from(shape.items.values), min_size=fewest, max_size=3, unique=not self.rarely(20)))
        return drawn if target is NO_TARGET else self.with_list_directive(drawn)

    def items(self, shape: Items, target: Any) -> list[Any]:
        """Draw a merged list of maps, with different keys but for a few; half of a patch's items are of the target."""
        known = [item for item in target if isinstance(item, dict)] if isinstance(target, list) else []
        primary, *others = shape.keys
        with_all_keys = any(others[0] in item for item in known) if known and others else self.rarely(2)
        drawn: list[Any] = []
        seen = set()
        for _ in range(0 if self.rarely(8) else self.draw(st.integers(1, 3))):
            counterpart = self.draw(st.sampled_from(known)) if known and self.rarely(2) else None
            item = {key: counterpart[key] for key in shape.keys if key in counterpart} if counterpart else {}
            if not counterpart and not self.rarely(60):
                item[primary] = self.draw(st.sampled_from(shape.keys[primary].values))
            for key in others if not counterpart else ():
                if with_all_keys != self.rarely(20):
                    item[key] = self.draw(st.sampled_from(shape.keys[key].values))
            if tuple(item.items()) not in seen or self.rarely(10):
                seen.add(tuple(item.items()))
                drawn.append(item | self.map(shape.fields, target if target is NO_TARGET else counterpart))
                if target is not NO_TARGET and self.rarely(8):
                    drawn[-1]["$patch"] = "delete"
        if self.rarely(60):
            drawn.append(None)
        return drawn if target is NO_TARGET else self.with_list_directive(drawn)

    def with_list_directive(self, drawn: list[Any]) -> list[Any]:
        """Add a directive for the list itself, now and then."""
        if self.rarely(15):
            directive = {"$patch": self.draw(st.sampled_from(["replace", "delete", "merge"]))}
            drawn.insert(self.draw(st.integers(0, len(drawn))), directive)
        return drawn


def spoil(draw: Any, target: dict[str, Any], patch: dict[str, Any]) -> None:
    """Have the patch give a value of another kind than the target has, somewhere outside the metadata."""
    name = draw(st.sampled_from(sorted(target.keys() - {"metadata"})))
    while isinstance(target.get(name), dict) and target[name] and draw(st.booleans()):
        if not isinstance(patch.get(name), dict):
            patch[name] = {}
        target, patch = target[name], patch[name]
        name = draw(st.sampled_from(sorted(target)))
    kinds: tuple[Any, ...] = ("x", ["x"], {"a": "x"})
    old = target[name]
    others = [kind for kind in kinds if type(kind) is not type(old) and (isinstance(kind, (dict, list)) or isinstance(old, (dict, list)))]
    if name not in ("apiVersion", "kind") and target[name] is not None:
        patch[name] = draw(st.sampled_from(others))


@st.composite
def pairs(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw an object and a patch for it."""
    api_version, kind = draw(st.sampled_from([*sorted(KINDS), *[("v1", "Pod"), ("v1", "Pod"), ("v1", "Service")] * 6]))
    head = {"apiVersion": api_version, "kind": kind}
    fields = {"metadata": METADATA} | KINDS[api_version, kind]
    both: list[dict[str, Any]] = []
    for _ in ("target", "patch"):
        drawn = {}
        for name, shape in fields.items():
            target = both[0].get(name) if both else NO_TARGET
            if name == "metadata":
                drawn[name] = Draw(draw).map(shape.fields, target) if Draw(draw).rarely(3) else {}
            elif not Draw(draw).rarely(8):
                drawn[name] = Draw(draw).value(shape, target)
        drawn["metadata"].pop("$patch", None)
        both.append({**head, **drawn})
    for name, value in list((both[0]["metadata"].get("annotations") or {}).items()):
        if value is None:  # not a matter of merging: what kustomize builds has null as the text "~"
            del both[0]["metadata"]["annotations"][name]
    if draw(st.integers(0, 30)) == 30:
        spoil(draw, both[0], both[1])
    if draw(st.integers(0, 40)) == 40:
        both[1]["$patch"] = draw(st.sampled_from(["delete", "merge"]))
    return both[0], both[1]


# Where kustomize does something that we do not copy.

ABSENT: Any = object()
Place = tuple[Any, ...]


def odd_places(shape: Any, target: Any, patch: Any, path: Place = ()) -> list[tuple[Place, str]]:
    """Return the places below which a documented difference may show, and which one it is."""
    if patch is None or (patch is ABSENT and target is None):
        return []
    if isinstance(shape, Map):
        return odd_map_places(shape, target, patch, path)
    if isinstance(shape, Items):
        return odd_item_places(shape, target, patch, path)
    if isinstance(shape, Values):
        return [(path, reason) for reason in odd_values(target, patch)]
    if isinstance(shape, Atomic):
        return [(path, "atomic directive")] if patch is not ABSENT and '"$patch"' in json.dumps(patch) else []
    quoted = isinstance(target, str) and not yaml12.format_yaml(target).startswith(target)
    return [(path, "quoted")] if quoted and patch is not ABSENT and not isinstance(patch, str) else []


def odd_map_places(shape: Map, target: Any, patch: Any, path: Place) -> list[tuple[Place, str]]:
    """Look into the fields of a map."""
    directive = patch.get("$patch", "merge") if isinstance(patch, dict) else "merge"
    if directive == "delete":
        return []
    if directive not in ("merge", "replace") and not isinstance(target, dict):
        return [(path, "leaked")]
    target = target if isinstance(target, dict) and directive != "replace" else {}
    patch = patch if isinstance(patch, dict) else {}
    places = []
    for name, field_shape in shape.fields.items():
        places += odd_places(field_shape, target.get(name, ABSENT), patch.get(name, ABSENT), (*path, name))
    return places


def split(patch: Any) -> tuple[str | None, list[Any]]:
    """Return the directive of a list itself, and its items."""
    bare = [item["$patch"] for item in patch if isinstance(item, dict) and item.keys() == {"$patch"}]
    return (bare[0] if bare else None), [item for item in patch if not (isinstance(item, dict) and item.keys() == {"$patch"})]


def odd_values(target: Any, patch: Any) -> set[str]:
    """Look at a merged list of plain values."""
    reasons = set()
    for values in (target, patch):
        if isinstance(values, list):
            texts = [json.dumps(value) for value in values]
            reasons |= {"duplicate"} if len(set(texts)) < len(texts) else set()
            reasons |= {"no key"} if "null" in texts else set()
    if not isinstance(target, list) and isinstance(patch, list) and split(patch)[0]:
        reasons.add("leaked")
    return reasons


def odd_item_places(shape: Items, target: Any, patch: Any, path: Place) -> list[tuple[Place, str]]:
    """Look at a merged list of maps, and into its items."""
    directive, wanted = split(patch) if isinstance(patch, list) else (None, [])
    known = target if isinstance(target, list) else []
    if shape.newer and isinstance(patch, list):
        return [(path, "newer field")]
    if directive and (reason := odd_directives(patch)):
        return [(path, reason)]
    if directive == "delete" and isinstance(target, list):
        return []
    reasons = odd_items(shape, known, wanted) | ({"leaked"} if directive and not isinstance(target, list) else set())
    if reasons:
        return [(path, reason) for reason in sorted(reasons)]
    if directive == "replace":
        known = []
    places = []
    fields = Map(shape.fields)
    both = {identity(shape, item): item for item in wanted}
    for item in known:
        places += odd_places(fields, item, both.pop(identity(shape, item), ABSENT), (*path, identity(shape, item)))
    for key, item in both.items():
        places += odd_places(fields, ABSENT, item, (*path, key))
    return places


def odd_directives(patch: list[Any]) -> str:
    """Return what is odd about the directives in a list that has one of its own."""
    marked = [item for item in patch if isinstance(item, dict) and "$patch" in item]
    own = [item["$patch"] for item in marked if len(item) == 1]
    of_items = [item["$patch"] for item in marked if len(item) > 1]
    if len(marked[0]) > 1:
        return "hidden directive"
    if len(set(own)) > 1:
        return "two directives"
    if "replace" in of_items:
        return "item replace"
    return "same directive" if own[0] == "merge" and "merge" in of_items else ""


def odd_items(shape: Items, known: list[Any], wanted: list[Any]) -> set[str]:
    """Return what is odd about the items of both lists."""
    reasons = set()
    primary, *others = shape.keys
    items = [*known, *wanted]
    maps = [item for item in items if isinstance(item, dict)]
    if len(maps) < len(items) or any(item.get(primary) is None for item in maps):
        reasons.add("no key")
    if any(0 < sum(item.get(key) is not None for item in maps) < len(items) for key in others):
        reasons.add("one-sided")
    for side in (known, wanted):
        identities = [identity(shape, item) for item in side if isinstance(item, dict)]
        if len(set(identities)) < len(identities):
            reasons.add("duplicate")
    if any(item.get("$patch") == "replace" for item in wanted if isinstance(item, dict)):
        reasons.add("item replace")
    return reasons


def identity(shape: Items, item: Any) -> tuple[tuple[str, str], ...]:
    """Return an item's keys and their values, as a step of a path."""
    return tuple((key, str(item[key])) for key in shape.keys if item.get(key) is not None)


def masked(shape: Any, value: Any, place: Place) -> Any:
    """Return a value without what stands at a place."""
    if not place:
        return ...
    step, *rest = place
    if isinstance(step, str) and isinstance(value, dict) and (step in value or not rest):
        return {**value, step: masked(shape.fields[step], value.get(step), tuple(rest))}
    if isinstance(step, tuple) and isinstance(value, list):
        return [masked(Map(shape.fields), item, tuple(rest)) if identity(shape, item) == step else item for item in value]
    return value


def written(place: Place) -> str:
    """Write a place as PatchError does."""
    text = ""
    for step in place:
        text += f".{step}" if isinstance(step, str) else "[" + ",".join("=".join(pair) for pair in step) + "]"
    return text[1:]


# Running both.


def build(kubectl: Path, folder: Path, cases: list[Any]) -> list[Any]:
    """Return what kustomize makes of some pairs: an object, None for one that is deleted, or the text of its error.

    One error fails the whole build, so after an error the pairs are built in two halves.
    """
    if not cases:
        return []
    for number, case in enumerate(cases):
        for name, thing in zip(("target", "patch"), case, strict=True):
            named = {**thing, "metadata": {**(thing["metadata"] or {}), "name": f"case-{number}"}}
            (folder / f"{name}-{number}.yaml").write_text(yaml12.format_yaml(named), encoding="utf-8")
    kustomization = {
        "resources": [f"target-{number}.yaml" for number in range(len(cases))],
        "patches": [{"path": f"patch-{number}.yaml"} for number in range(len(cases))],
    }
    (folder / "kustomization.yaml").write_text(json.dumps(kustomization), encoding="utf-8")
    run = subprocess.run([kubectl, "kustomize", folder], capture_output=True, encoding="utf-8", check=False)
    if run.returncode == 0:
        items: Any = yaml12.parse_yaml(run.stdout, multi=True)
        built = {item["metadata"].pop("name"): item for item in items if item}
        return [built.get(f"case-{number}") for number in range(len(cases))]
    if len(cases) == 1:
        return [run.stderr or "kustomize failed"]
    middle = len(cases) // 2
    return build(kubectl, folder, cases[:middle]) + build(kubectl, folder, cases[middle:])


def merge(target: dict[str, Any], patch: dict[str, Any]) -> Any:
    """Return what we make of a pair, or our error."""
    try:
        return strategic_merge(target, patch)
    except PatchError as error:
        return error


def comparable(shape: Map, built: Any, odd: list[tuple[Place, str]]) -> str:
    """Return the text of what is to be compared: without odd places, and without annotations that are empty or null.

    Those kustomize drops when it prints, which has nothing to do with merging.
    """
    for place, _ in odd:
        built = masked(shape, built, place)
    metadata = (built or {}).get("metadata")
    if isinstance(metadata, dict) and not metadata.get("annotations", True):
        built = {**built, "metadata": {key: value for key, value in metadata.items() if key != "annotations"}}
    return json.dumps(built, sort_keys=True, default=str, indent=1)


@pytest.fixture(scope="module")
def drawn() -> list[Any]:
    """Return the pairs to compare, the same ones in every normal run."""
    found: list[Any] = []

    @settings(
        max_examples=PAIRS,
        derandomize="MODELSERVICE_FUZZ_EXAMPLES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(pairs())
    def collect(pair: Any) -> None:
        found.append((Map({"metadata": METADATA} | KINDS[pair[0]["apiVersion"], pair[0]["kind"]]), *pair))

    collect()
    return found


def test_most_is_compared(drawn: list[Any]) -> None:
    """The documented differences are rare in what is drawn, or the comparison would be an empty one."""
    places = [odd_places(*case) for case in drawn]
    assert {reason for found in places for _, reason in found} <= DIFFERENCES.keys()
    assert sum(bool(found) for found in places) < len(drawn) / 2


def test_same_as_kustomize(drawn: list[Any], kubectl: Path, tmp_path: Path) -> None:
    """Both give the same object or both refuse, except at places with a documented difference."""
    merged, refused = [], []
    for shape, target, patch in drawn:
        odd = odd_places(shape, target, patch)
        ours = merge(target, patch)
        if not isinstance(ours, PatchError):
            merged.append((shape, target, patch, ours, odd))
        elif not any(ours.path.startswith(written(place)) for place, _ in odd):  # else it is kustomize that should refuse
            refused.append((target, patch, ours))
    for start in range(0, len(merged), PAIRS_A_START):
        some = merged[start : start + PAIRS_A_START]
        built = build(kubectl, tmp_path, [(target, patch) for _, target, patch, _, _ in some])
        for (shape, target, patch, ours, odd), theirs in zip(some, built, strict=True):
            story = f"target: {json.dumps(target)}\npatch: {json.dumps(patch)}\nours: {ours}\ntheirs: {theirs}\nodd: {odd}"
            if isinstance(theirs, str):
                assert "hidden directive" in {reason for _, reason in odd}, story
            else:
                assert comparable(shape, ours, odd) == comparable(shape, theirs, odd), story
    for target, patch, ours in refused:
        (theirs,) = build(kubectl, tmp_path, [(target, patch)])
        assert isinstance(theirs, str), f"target: {json.dumps(target)}\npatch: {json.dumps(patch)}\nours: {ours}\ntheirs: {theirs}"
