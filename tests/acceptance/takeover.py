"""Takes what the charts render over on a real control plane, where the controllers decide whether a pod restarts.

usage: python -m tests.acceptance.takeover [--client-side] [CASE…]

For each parity case, in a namespace of its own: what the chart renders is created as Helm 3 does; its values are converted, with the
manifest; what that renders is applied with --server-side --force-conflicts. Then each Deployment must have the one ReplicaSet that it had,
and each LeaderWorkerSet the template that it had. The exception are pods that cannot run as the chart has them, because their routing proxy
ends at a flag that its version does not know; `convert` must have told of each. --client-side: both are applied as Argo CD does by default.
MODELSERVICE_SHARED names the folder with the cases, KUBECONFIG a cluster that is for nothing else: `up run` of that folder.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

from tests.acceptance.test_conversion import CASES, CHARTS, REFUSED, name_of, read
from tests.cli.terminal import call

from modelservice import data
from modelservice.krm import parse_all, write_yaml

Map = dict[str, Any]
Key = tuple[str, str, str]  # namespace, kind and name of a workload

KINDS = {"Deployment": "deployments.apps", "ReplicaSet": "replicasets.apps", "LeaderWorkerSet": "leaderworkersets.leaderworkerset.x-k8s.io"}
FLAGS: Map = data.document("bases", "dialects", "routing-proxy.yaml")["flags"]
NO_RELEASES = {
    "rngd263-off": "the chart renders nothing",
    "rngd263-podmonitor-all": "the chart has a port as text, which no API server takes",
}
PROXY_ARGUMENTS = r"[.\w]*\.initContainers\[\d+\]\.args\b"
ALL = {name_of(case) for case in CASES} - NO_RELEASES.keys()
PATIENCE = 60  # seconds in which nothing happens


class Case(NamedTuple):
    """A release: what the chart renders, and what its values become, or why they do not; ``told`` are the workloads that may restart."""

    name: str
    chart: list[Map]
    ours: list[Map]
    refusal: str
    told: set[Key]


class Workload(NamedTuple):
    """A workload as the cluster has it; ``revisions`` are the hashes of a Deployment's ReplicaSets."""

    template: Map
    revisions: frozenset[str]
    is_settled: bool


Workloads = dict[Key, Workload]


def main(arguments: Sequence[str]) -> int:
    """Take the cases over; 0 where nothing restarts that could run, and each case is converted that is known to be."""
    began = time.monotonic()
    asked = {argument for argument in arguments if not argument.startswith("-")}
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        chosen = [case for case in CASES if name_of(case) in (asked or ALL)]
        cases = [*pool.map(converted, chosen, repeat(Path(folder)), chunksize=4)]
    taken = [case for case in cases if not case.refusal]
    before, after, wrong = taken_over(taken, is_client_side="--client-side" in arguments)
    healed = []
    for key, old in before.items():
        differences, flags = _differences(old, after[key]), _refused(old.template)
        if flags and differences and all(re.match(PROXY_ARGUMENTS, one) for one in differences):
            healed.append(f"{' '.join(key)}: could not run, and restarts: its routing proxy refuses {flags}")
        elif differences:
            wrong.append(f"{' '.join(key)}: restarts: {differences[0]}")
        if bool(differences) != any(key in case.told for case in taken):
            wrong.append(f"{' '.join(key)}: convert tells that it {'stays' if differences else 'restarts'}")
    refused = [case for case in cases if case.refusal]
    wrong += [f"{case.name}: is {'not ' * bool(case.refusal)}converted" for case in cases if bool(case.refusal) != (case.name in REFUSED)]
    print(*(f"{name}: cannot be a release: {why}" for name, why in NO_RELEASES.items()), sep="\n")
    print(*(f"{case.name}: is not converted: {case.refusal}" for case in refused), *healed, *(f"WRONG: {line}" for line in wrong), sep="\n")
    kept = (
        f"{len(before) - len(healed)}/{len(before)} workloads of {len(taken)} releases keep their pods, {len(healed)} could not run before"
    )
    print(f"{f'{len(wrong)} things are wrong' if wrong else kept} ({time.monotonic() - began:.0f} s)")
    return 1 if wrong or not before else 0


def taken_over(cases: list[Case], *, is_client_side: bool) -> tuple[Workloads, Workloads, list[str]]:
    """Return the workloads as the chart has them, and taken over, and what is told of objects that are refused."""
    helm, ours = ["create", "--field-manager=helm"], ["apply", "--server-side", "--force-conflicts"]
    if is_client_side:
        helm = ours = ["apply", "--field-manager=argocd-controller"]
    _kubectl_all(["create"], [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": case.name}} for case in cases])
    if refused := _kubectl_all(helm, [obj for case in cases for obj in case.chart]):
        sys.exit("\n".join(refused))
    before = _settled({_key(obj) for case in cases for obj in case.chart if obj["kind"] in KINDS})
    refused = _kubectl_all(ours, [obj for case in cases for obj in case.ours])
    return before, _settled(set(before)), refused


def converted(case: Path, folder: Path) -> Case:
    """Return a case with what its values become, as a user would have it."""
    document, name = read(case), name_of(case)
    manifest = case.with_name(f"{name}.expected.yaml")
    values, file = folder / f"{name}.values.yaml", folder / f"{name}.yaml"
    values.write_text(write_yaml({key: value for key, value in document["spec"].items() if key != "profile"}), encoding="utf-8")
    options = ["--chart", CHARTS[document["spec"]["profile"]], "--release", document["metadata"]["name"]]
    said = call("convert", str(values), *options, "--manifest", str(manifest), "--to", str(file), "--output", "json")
    chart = [_in(obj, name) for obj in parse_all(manifest.read_text(encoding="utf-8")) if obj]
    for obj in chart:  # Helm's own
        obj["metadata"].setdefault("annotations", {})["meta.helm.sh/release-name"] = document["metadata"]["name"]
    if said.code:
        return Case(name, chart, [], said.lines[0], set())
    objects = json.loads(said.stdout)["takeover"]["objects"]
    told = {(name, one["kind"], one["name"]) for one in objects if {impact["effect"] for impact in one["impact"]} & {"restart", "recreate"}}
    rendered = call("render", str(file), "--output", "json")
    ours = json.loads(rendered.stdout)["items"] if not rendered.code else []
    return Case(name, chart, [_in(obj, name) for obj in ours], "" if ours else rendered.lines[0], told)


def _in(obj: Map, namespace: str) -> Map:
    obj["metadata"]["namespace"] = namespace
    return obj


def _key(obj: Map) -> Key:
    return (obj["metadata"]["namespace"], obj["kind"], obj["metadata"]["name"])


def _kubectl(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["kubectl", *arguments], input=given, capture_output=True, text=True, check=False)


def _kubectl_all(words: list[str], objects: list[Map]) -> list[str]:
    """Create or apply objects, and return what is told of those that are refused."""
    done = _kubectl(*words, "-f", "-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return done.stderr.splitlines() if done.returncode else []


def _settled(keys: set[Key]) -> Workloads:
    """Return the workloads once their controllers have seen them as they are; ends the run where nothing happens any more."""
    last, since = -1, time.monotonic()
    while True:
        found = {key: workload for key, workload in _workloads() if key in keys}
        left = sorted(key for key in keys if key not in found or not found[key].is_settled)
        if not left:
            return found
        if len(left) != last:
            last, since = len(left), time.monotonic()
        if time.monotonic() - since > PATIENCE:
            sys.exit(f"{len(left)} workloads are not as they should be after {PATIENCE} s, of them {' '.join(left[0])}")
        time.sleep(1)


def _workloads() -> Iterator[tuple[Key, Workload]]:
    items = json.loads(_kubectl("get", ",".join(KINDS.values()), "-A", "-o", "json").stdout)["items"]
    revisions: dict[str, set[str]] = {}
    for obj in items:
        for owner in obj["metadata"].get("ownerReferences") or []:
            revisions.setdefault(owner["uid"], set()).add(obj["metadata"]["labels"].get("pod-template-hash", ""))
    for obj in items:
        own = frozenset(revisions.get(obj["metadata"]["uid"], ()))
        is_seen = (obj.get("status") or {}).get("observedGeneration") == obj["metadata"]["generation"]
        is_settled = {"Deployment": is_seen and bool(own), "ReplicaSet": is_seen}.get(obj["kind"], True)
        template = obj["spec"].get("template") or obj["spec"]["leaderWorkerTemplate"]
        if obj["kind"] == "ReplicaSet":  # its pods stay, whatever becomes of its template
            template = {}
        yield _key(obj), Workload(_by_meaning(template), own, is_settled)


def _by_meaning(value: Any, name: str = "") -> Any:
    """Return a template as its controller compares it: what is empty is not there, quantities are text; a custom resource keeps both."""
    if isinstance(value, dict):
        fields = {key: _by_meaning(item, name if name in ("limits", "requests") else key) for key, item in value.items()}
        return {key: item for key, item in fields.items() if item not in (None, {}, [])}
    if isinstance(value, list):
        return [_by_meaning(item) for item in value]
    return str(value) if name in ("limits", "requests") and not isinstance(value, bool) else value


def _differences(old: Workload, new: Workload) -> list[str]:
    """Return what makes the pods of a workload restart; nothing where they stay."""
    by_controller = len(old.revisions) == 1 and new.revisions == old.revisions
    if by_controller if old.revisions else new.template == old.template:
        return []
    return [*_between(old.template, new.template, "")] or ["another template"]


def _refused(template: Map) -> str:
    """Return the flags of a pod's routing proxy that its version does not know, and ends at."""
    pod = template.get("workerTemplate", template).get("spec", {})
    for proxy in pod.get("initContainers", ()):
        if proxy["name"] == "routing-proxy" and (tag := re.search(r":v?(\d+)\.(\d+)", proxy["image"])):
            version = (int(tag[1]), int(tag[2]))
            flags = {arg.partition("=")[0].lstrip("-") for arg in proxy.get("args", ())}
            return ", ".join(sorted(f"--{flag}" for flag in flags & FLAGS.keys() if not _is_known(FLAGS[flag], version)))
    return ""


def _is_known(flag: Map, version: tuple[int, int]) -> bool:
    since, until = (tuple(map(int, flag[key].split("."))) if key in flag else None for key in ("since", "until"))
    return (since is None or since <= version) and (until is None or version < until)


def _between(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _between(old.get(key), new.get(key), f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _between(one, other, f"{path}[{place}]")
    elif old != new:
        yield f"{path}: the chart has {json.dumps(old)[:150]}, we have {json.dumps(new)[:150]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
