"""plugins/kustomize/openapi: with it, kustomize merges patches of LeaderWorkerSets and ModelServices, and all else as without it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.integration.folders import KUSTOMIZATION, Map, container, objects, write

from modelservice.patch import strategic_merge

Run = subprocess.CompletedProcess[str]
Builder = Callable[[Path], dict[str, Map]]

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "kustomize" / "openapi"
EXAMPLE = ROOT / "examples" / "lws-overlay"
SCHEMA = json.loads((PLUGIN / "schema.json").read_text(encoding="utf-8"))["definitions"]

# A pod with every list that kustomize's own schema, of Kubernetes 1.21, merges by a key, and a patch of each: items more, items changed.
POD = """\
containers:
- name: main
  image: main:1
  args: [serve]
  env: [{name: KEPT, value: a}, {name: CHANGED, value: a}]
  ports: [{containerPort: 80, protocol: TCP, name: http}, {containerPort: 53, protocol: UDP}]
  volumeMounts: [{name: data, mountPath: /kept}, {name: data, mountPath: /changed}]
  volumeDevices: [{name: disk, devicePath: /dev/kept}, {name: disk, devicePath: /dev/changed}]
- {name: sidecar, image: "sidecar:1"}
initContainers: [{name: kept, image: "kept:1"}, {name: changed, image: "changed:1"}]
ephemeralContainers: [{name: kept, image: "kept:1"}, {name: changed, image: "changed:1"}]
volumes: [{name: data, emptyDir: {}}, {name: changed, emptyDir: {}}]
imagePullSecrets: [{name: kept}]
hostAliases: [{ip: 10.0.0.1, hostnames: [kept]}, {ip: 10.0.0.2, hostnames: [changed]}]
topologySpreadConstraints:
- {topologyKey: zone, whenUnsatisfiable: DoNotSchedule, maxSkew: 1}
- {topologyKey: host, whenUnsatisfiable: DoNotSchedule, maxSkew: 1}
tolerations: [{key: replaced}]
"""
POD_PATCH = """\
containers:
- name: main
  env: [{name: CHANGED, value: b}, {name: NEW, value: b}]
  ports: [{containerPort: 80, protocol: TCP, name: changed}, {containerPort: 53, protocol: TCP}]
  volumeMounts: [{name: data, mountPath: /changed, readOnly: true}]
  volumeDevices: [{name: other, devicePath: /dev/changed}]
initContainers: [{name: changed, tty: true}]
ephemeralContainers: [{name: changed, tty: true}]
volumes: [{name: changed, emptyDir: {medium: Memory}}]
imagePullSecrets: [{name: new}]
hostAliases: [{ip: 10.0.0.2, hostnames: [new]}]
topologySpreadConstraints: [{topologyKey: host, whenUnsatisfiable: DoNotSchedule, maxSkew: 2}]
tolerations: [{key: new}]
"""
# Lists that are younger than kustomize's own schema.
NEW_POD = POD + "resourceClaims: [{name: kept}, {name: changed}]\nschedulingGates: [{name: kept}]\n"
NEW_POD_PATCH = POD_PATCH + "resourceClaims: [{name: changed, resourceClaimTemplateName: t}]\nschedulingGates: [{name: new}]\n"

TEMPLATE = '{"metadata": {"finalizers": ["FINALIZER"]}, "spec": POD}'
# The kinds that users patch: what each has, and the patch of it, where both have the words POD and TEMPLATE for those above.
KINDS = {
    "v1 Pod": ('{"spec": POD}',) * 2,
    "v1 PodTemplate": ('{"template": TEMPLATE}',) * 2,
    "v1 ReplicationController": ('{"spec": {"template": TEMPLATE}}',) * 2,
    "apps/v1 Deployment": ('{"spec": {"template": TEMPLATE}}',) * 2,
    "apps/v1 DaemonSet": ('{"spec": {"template": TEMPLATE}}',) * 2,
    "apps/v1 ReplicaSet": ('{"spec": {"template": TEMPLATE}}',) * 2,
    "apps/v1 StatefulSet": (
        '{"spec": {"template": TEMPLATE, "volumeClaimTemplates": [{"metadata": {"name": "kept"}}]}}',
        '{"spec": {"template": TEMPLATE, "volumeClaimTemplates": [{"metadata": {"name": "new"}}]}}',
    ),
    "batch/v1 Job": ('{"spec": {"template": TEMPLATE}}',) * 2,
    "batch/v1 CronJob": ('{"spec": {"jobTemplate": {"spec": {"template": TEMPLATE}}}}',) * 2,
    "v1 Service": (
        '{"spec": {"ports": [{"port": 80, "protocol": "TCP", "name": "kept"}, {"port": 53, "protocol": "UDP", "name": "dns"}]}}',
        '{"spec": {"ports": [{"port": 80, "protocol": "TCP", "name": "changed"}, {"port": 53, "protocol": "TCP", "name": "new"}]}}',
    ),
    "v1 ServiceAccount": ('{"secrets": [{"name": "kept"}]}', '{"secrets": [{"name": "new"}]}'),
    "v1 ConfigMap": ('{"data": {"kept": "a", "changed": "a"}}', '{"data": {"changed": "b"}}'),
    "v1 Namespace": ('{"metadata": {"finalizers": ["kept"]}}', '{"metadata": {"finalizers": ["new"]}}'),
    "networking.k8s.io/v1 Ingress": ('{"spec": {"rules": [{"host": "kept"}]}}', '{"spec": {"rules": [{"host": "new"}]}}'),
    "policy/v1 PodDisruptionBudget": ('{"spec": {"selector": {"matchLabels": {"a": "x"}}}}', '{"spec": {"maxUnavailable": 1}}'),
    "rbac.authorization.k8s.io/v1 ClusterRole": ('{"rules": [{"verbs": ["get"]}]}', '{"rules": [{"verbs": ["list"]}]}'),
    "gateway.networking.k8s.io/v1 HTTPRoute": ('{"spec": {"rules": [{"name": "kept"}]}}', '{"spec": {"rules": [{"matches": []}]}}'),
    "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration": (
        '{"webhooks": [{"name": "kept.example.com"}, {"name": "changed.example.com"}]}',
        '{"webhooks": [{"name": "changed.example.com", "timeoutSeconds": 5}]}',
    ),
}
LWS = '{"spec": {"leaderWorkerTemplate": {"leaderTemplate": TEMPLATE, "workerTemplate": TEMPLATE}}}'
PODS_INSIDE = {
    "apps/v1 Deployment": ('{"spec": {"template": TEMPLATE}}',) * 2,
    "leaderworkerset.x-k8s.io/v1 LeaderWorkerSet": (LWS, LWS),
    "disaggregatedset.x-k8s.io/v1 DisaggregatedSet": (
        '{"spec": {"roles": [{"name": "prefill"}, {"name": "decode", LWS}]}}'.replace("LWS", LWS[1:-1]),
        '{"spec": {"roles": [{"name": "decode", LWS}]}}'.replace("LWS", LWS[1:-1]),
    ),
}


@pytest.fixture(params=["kustomize", "kubectl"])
def build(request: pytest.FixtureRequest, kustomize: Path, kubectl: Path) -> Builder:
    """Return a function that builds a folder, by kustomize and by kubectl, whose kustomize is another version; it succeeds in silence."""
    command = (kustomize, "build") if request.param == "kustomize" else (kubectl, "kustomize")

    def build(folder: Path) -> dict[str, Map]:
        run = subprocess.run((*command, folder), check=False, capture_output=True, encoding="utf-8")
        assert (run.returncode, run.stderr) == (0, "")
        return objects(run.stdout)

    return build


def test_the_schema_is_what_the_script_makes() -> None:
    """schema.json is what generator/tasks/openapi.py makes of the merge keys."""
    run = subprocess.run([sys.executable, ROOT / "generator/tasks/openapi.py", "--check"], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()


def test_the_schema_needs_nothing_else() -> None:
    """Every reference is to a definition of the file itself: one that kustomize cannot follow would make a patch replace lists."""
    referred = set(_references(SCHEMA))
    assert len(referred) > 40
    assert {f"#/definitions/{name}" for name in SCHEMA} >= referred


def test_the_schema_has_the_kinds() -> None:
    """All kinds with merged lists of the merge engine are there, by every version of their API, and each only once."""
    listed = [
        (gvk["group"], gvk["kind"], gvk["version"]) for one in SCHEMA.values() for gvk in one.get("x-kubernetes-group-version-kind", ())
    ]
    assert len(listed) == len(set(listed))
    merge_keys = json.loads((ROOT / "generator/modelservice/patch/merge_keys.json").read_text(encoding="utf-8"))
    assert {f"{group}/{kind}".removeprefix("/") for group, kind, _ in listed} == {
        *merge_keys["kinds"],
        "leaderworkerset.x-k8s.io/LeaderWorkerSet",
        "disaggregatedset.x-k8s.io/DisaggregatedSet",
        "modelservice.llm-d.ai/ModelService",
    }
    assert {("apps", "Deployment", "v1"), ("autoscaling", "HorizontalPodAutoscaler", "v2"), ("", "Pod", "v1")} <= set(listed)


def test_all_else_merges_as_without_it(build: Builder, tmp_path: Path) -> None:
    """What kustomize merges by its own schema it merges just so by ours, in the same order; what it replaces, it replaces."""
    folder = _write(tmp_path, KINDS, POD, POD_PATCH)
    assert build(folder / "with") == build(folder / "without")


def test_pods_merge_wherever_they_are(build: Builder, tmp_path: Path) -> None:
    """The pods of LeaderWorkerSets and DisaggregatedSets merge as a Deployment's do, and nothing of them is lost."""
    built = build(_write(tmp_path, PODS_INSIDE, POD, POD_PATCH) / "with")
    engine = container(built["Deployment/deployment"], "main")
    assert (engine["image"], engine["args"]) == ("main:1", ["serve"])
    assert {variable["name"]: variable["value"] for variable in engine["env"]} == {"KEPT": "a", "CHANGED": "b", "NEW": "b"}
    _assert_alike(built)


def test_newer_lists_merge(build: Builder, tmp_path: Path) -> None:
    """Lists that kustomize's own schema is too old for merge too: in LeaderWorkerSets, and where the file is named, in every pod."""
    folder = _write(tmp_path, PODS_INSIDE, NEW_POD, NEW_POD_PATCH) / "with"
    expected = {"resourceClaims": {"kept", "changed"}, "schedulingGates": {"kept", "new"}}
    pod = build(folder)["LeaderWorkerSet/leaderworkerset"]["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]
    assert {key: {item["name"] for item in pod[key]} for key in expected} == expected
    built = build(write(folder, {KUSTOMIZATION: "resources: [base]\nopenapi: {path: plugin/schema.json}\n" + PATCHES}))
    pod = built["Deployment/deployment"]["spec"]["template"]["spec"]
    assert {key: {item["name"] for item in pod[key]} for key in expected} == expected
    _assert_alike(built)


# The roles of a ModelService, and a patch of them: its lists merge by name, what is written as a map merges as one.
LISTED = """\
decode:
  replicas: 1
  containers:
  - name: vllm
    image: vllm:1
    env: [{name: A, value: a}]
    ports: [{containerPort: 80, protocol: TCP, name: http}]
    volumeMounts: [{name: data, mountPath: /data}]
    extraConfig: {env: [{name: A, value: a}]}
  - {name: side, image: "side:1"}
  initContainers: [{name: init, image: "init:1"}]
  volumes: [{name: data, emptyDir: {}}]
  tolerations: [{key: a}]
  extraConfig: {volumes: [{name: more, emptyDir: {}}]}
"""
MAPPED = """\
decode:
  containers:
    vllm: {image: "vllm:1", env: {A: a, B: b}}
    side: {image: "side:1"}
prefill:
  containers:
  - {name: vllm, image: "vllm:1", env: {A: a, B: b}}
"""
SERVICES = {
    "an image alone": (LISTED, "decode: {containers: [{name: vllm, image: 'vllm:2'}]}", LISTED.replace("vllm:1", "vllm:2")),
    "another field": (LISTED, "decode: {replicas: 2}", LISTED.replace("replicas: 1", "replicas: 2")),
    "tolerations": (LISTED, "decode: {tolerations: [{key: b}]}", LISTED.replace("key: a", "key: b")),
    "an item of each": (
        LISTED,
        "decode: {initContainers: [{name: init, tty: true}], volumes: [{name: data, emptyDir: {medium: Memory}}],"
        " extraConfig: {volumes: [{name: more, emptyDir: {medium: Memory}}]}, containers: [{name: vllm, env: [{name: A, value: b}],"
        " ports: [{containerPort: 80, protocol: TCP, name: api}], volumeMounts: [{mountPath: /data, readOnly: true}],"
        " extraConfig: {env: [{name: A, value: b}]}}]}",
        LISTED.replace("value: a", "value: b")
        .replace("emptyDir: {}", "emptyDir: {medium: Memory}")
        .replace("name: http", "name: api")
        .replace("mountPath: /data", "mountPath: /data, readOnly: true")
        .replace('"init:1"', '"init:1", tty: true'),
    ),
    "prefill": (
        LISTED.replace("decode", "prefill"),
        "prefill: {containers: [{name: vllm, image: 'vllm:2'}]}",
        LISTED.replace("decode", "prefill").replace("vllm:1", "vllm:2"),
    ),
    "maps": (MAPPED, "decode: {containers: {vllm: {env: {A: null, B: c}}}}", MAPPED.replace("A: a, B: b", "B: c", 1)),
    "a map in an item": (
        MAPPED,
        "prefill: {containers: [{name: vllm, env: {A: null, B: c}}]}",
        "B: c".join(MAPPED.rsplit("A: a, B: b", 1)),
    ),
}


@pytest.mark.parametrize("case", SERVICES)
def test_model_services_merge_by_name(case: str, build: Builder, tmp_path: Path) -> None:
    """A patch of a ModelService says what it changes alone, and the same patch comes to the same in the merge engine."""
    spec, patch, wanted = SERVICES[case]
    expected = _parsed(wanted)
    built = build(_service(tmp_path, spec, patch))["ModelService/chat"]
    assert built["spec"] == expected
    service = {**built, "spec": _parsed(spec)}
    merged = strategic_merge(service, {"spec": _parsed(patch)})
    assert merged == {**service, "spec": expected}


def test_containers_of_a_model_service_need_names(build: Builder, tmp_path: Path) -> None:
    """Beside one without a name kustomize loses the others, and what patches say of them: our documents warn of it."""
    alone = 'decode: {containers: [{image: "vllm:1"}]}'
    assert build(_service(tmp_path / "a", alone, "decode: {replicas: 2}"))["ModelService/chat"]["spec"]["decode"]["containers"]
    beside = 'decode: {containers: [{image: "vllm:1"}, {name: side, image: "side:1"}]}'
    containers = build(_service(tmp_path / "b", beside, "decode: {replicas: 2}"))["ModelService/chat"]["spec"]["decode"]["containers"]
    assert containers == [{"image": "vllm:1"}]


def test_without_it_lists_are_replaced(build: Builder, tmp_path: Path) -> None:
    """Without the schema a patch takes image and sidecar from a LeaderWorkerSet: our documents warn of it, and must when that changes."""
    built = build(_write(tmp_path, PODS_INSIDE, POD, POD_PATCH) / "without")
    worker = built["LeaderWorkerSet/leaderworkerset"]["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]
    assert [each.get("image") for each in worker["containers"]] == [None]


# How a kustomization gets the schema, and whether it counts: files, besides those of the resources and the plugin's.
PATCHES = "patches: [{path: patch.yaml}]\n"
WAYS = {
    "component": ({KUSTOMIZATION: "resources: [base]\ncomponents: [plugin]\n" + PATCHES}, True),
    "component of the base": ({KUSTOMIZATION: "resources: [base]\n" + PATCHES, "base/more": "components: [../plugin]\n"}, True),
    "own file": ({KUSTOMIZATION: "resources: [base]\nopenapi: {path: plugin/schema.json}\n" + PATCHES}, True),
    "after patches of the base": (
        {
            KUSTOMIZATION: "resources: [base]\ncomponents: [plugin]\n" + PATCHES,
            "base/more": 'patches: [{patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: deployment, labels: {a: b}}}"}]\n',
        },
        True,
    ),
    "before another schema of the base": (
        {KUSTOMIZATION: "resources: [base]\nopenapi: {path: plugin/schema.json}\n" + PATCHES, "base/more": "openapi: {version: v1.21.2}\n"},
        True,
    ),
    "after another schema of the base": (
        {KUSTOMIZATION: "resources: [base]\ncomponents: [plugin]\n" + PATCHES, "base/more": "openapi: {version: v1.21.2}\n"},
        False,
    ),
}


@pytest.mark.parametrize(("files", "counts"), WAYS.values(), ids=WAYS)
def test_who_may_bring_it(files: dict[str, str], counts: bool, kustomize: Path, tmp_path: Path) -> None:
    """The schema comes as a component, of the root or a base, or by its path inside the folder; of several, the first one read counts."""
    folder = _write(tmp_path, PODS_INSIDE, POD, POD_PATCH) / "with"
    base = (folder / "base" / KUSTOMIZATION).read_text(encoding="utf-8") + files.get("base/more", "")
    write(folder, {KUSTOMIZATION: files[KUSTOMIZATION], f"base/{KUSTOMIZATION}": base})
    run = subprocess.run((kustomize, "build", folder), check=False, capture_output=True, encoding="utf-8")
    assert (run.returncode, run.stderr) == (0, "")
    worker = objects(run.stdout)["LeaderWorkerSet/leaderworkerset"]["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]
    assert (len(worker["containers"]) == 2) == counts


def test_the_example_changes_one_variable(
    kustomize_build: Callable[[Path], Run], kubectl: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """examples/lws-overlay is its base but for one variable, also under kubectl, once that has what the function generated as a file."""
    base, overlay = kustomize_build(EXAMPLE / "base"), kustomize_build(EXAMPLE)
    assert (base.returncode, overlay.returncode, overlay.stderr) == (0, 0, "")
    expected = objects(base.stdout)
    patched = objects(overlay.stdout)
    workload = "LeaderWorkerSet/qwen3-235b-decode"
    env = [_worker(each[workload])["env"] for each in (expected, patched)]
    logging = {"name": "VLLM_LOGGING_LEVEL", "value": "INFO"}
    assert logging in env[0]
    assert sorted(map(str, env[1])) == sorted(map(str, [{**logging, "value": "DEBUG"} if each == logging else each for each in env[0]]))
    _worker(expected[workload])["env"] = env[1]
    assert patched == expected
    pod = patched[workload]["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]
    assert pod["containers"][0]["image"]
    assert pod["containers"][0]["volumeMounts"]

    write(tmp_path, {"base/generated.yaml": base.stdout, f"base/{KUSTOMIZATION}": "resources: [generated.yaml]\n"})
    shutil.copytree(PLUGIN, tmp_path / "plugin")
    shutil.copy(EXAMPLE / "logging.yaml", tmp_path)
    text = (EXAMPLE / KUSTOMIZATION).read_text(encoding="utf-8").replace("../../plugins/kustomize/openapi", "plugin")
    write(tmp_path, {KUSTOMIZATION: text})
    run = subprocess.run((kubectl, "kustomize", tmp_path), check=False, capture_output=True, encoding="utf-8", env=environment)
    assert (run.returncode, run.stderr) == (0, "")
    assert objects(run.stdout) == patched


def _assert_alike(built: dict[str, Map]) -> None:
    """The pod templates of PODS_INSIDE are all what the Deployment's is."""
    template = built["Deployment/deployment"]["spec"]["template"]
    both = {"leaderTemplate": template, "workerTemplate": template}
    assert built["LeaderWorkerSet/leaderworkerset"]["spec"]["leaderWorkerTemplate"] == both
    roles = built["DisaggregatedSet/disaggregatedset"]["spec"]["roles"]
    assert {role["name"]: role.get("spec", {}).get("leaderWorkerTemplate") for role in roles} == {"prefill": None, "decode": both}


def _write(folder: Path, kinds: Mapping[str, tuple[str, ...]], pod: str, patch: str) -> Path:
    """Write `with` and `without`: a base with one object of each kind, patched with and without the component."""
    resources = [_object(kind, text, pod, "kept") for kind, (text, *_) in kinds.items()]
    patches = [_object(kind, text, patch, "new") for kind, (*_, text) in kinds.items()]
    for name, components in (("with", "components: [plugin]\n"), ("without", "")):
        write(
            folder / name,
            {
                "base/resources.yaml": "---\n".join(resources),
                f"base/{KUSTOMIZATION}": "resources: [resources.yaml]\n",
                "patch.yaml": "---\n".join(patches),
                KUSTOMIZATION: f"resources: [base]\n{components}namespace: serving\nnamePrefix: ''\n{PATCHES}",
            },
        )
        shutil.copytree(PLUGIN, folder / name / "plugin")
    return folder


def _service(folder: Path, spec: str, patch: str) -> Path:
    """Write a ModelService into a base, and a patch of its spec beside the component."""
    head = "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: ModelService\nmetadata: {name: chat}\nspec:\n"
    files = {"base/chat.yaml": spec, "patch.yaml": patch}
    write(folder, {name: head + re.sub(r"(?m)^", "  ", text) for name, text in files.items()})
    write(
        folder, {f"base/{KUSTOMIZATION}": "resources: [chat.yaml]\n", KUSTOMIZATION: f"resources: [base]\ncomponents: [plugin]\n{PATCHES}"}
    )
    shutil.copytree(PLUGIN, folder / "plugin")
    return folder


def _object(kind: str, text: str, pod: str, finalizer: str) -> str:
    """Return an object of a kind, named after it, as YAML of one line: JSON is YAML too."""
    version, name = kind.split()
    flow = json.dumps(_parsed(pod))
    content = json.loads(text.replace("TEMPLATE", TEMPLATE).replace("POD", flow).replace("FINALIZER", f"example.com/{finalizer}"))
    metadata = {**content.pop("metadata", {}), "name": name.lower()}
    return json.dumps({"apiVersion": version, "kind": name, "metadata": metadata, **content}) + "\n"


def _parsed(text: str) -> Any:
    (value,) = objects("kind: x\nmetadata: {name: x}\nspec:\n" + re.sub(r"(?m)^", "  ", text)).values()
    return value["spec"]


def _worker(workload: Map) -> Map:
    """Return the engine container of a LeaderWorkerSet."""
    (found,) = workload["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
