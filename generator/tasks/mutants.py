"""What `make fuzz` tries: calls of the function and of the command line, each a good one with a few things made wrong.

A mutant is made twice over: a value somewhere in the documents is changed, then perhaps the text that they are written as. What it is
depends on its random numbers alone, so that the same seed makes the same mutant again.
"""

from __future__ import annotations

import copy
import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.compose.made import API_VERSION, decode, document, engine, overlay  # noqa: E402
from tests.compose.samples import SAMPLES  # noqa: E402
from tests.krm.yaml_texts import HOSTILE, TOO_HOSTILE  # noqa: E402

from modelservice import function  # noqa: E402
from modelservice.config.engine import KEYED  # noqa: E402
from modelservice.config.validation import schema  # noqa: E402
from modelservice.generate import generate  # noqa: E402
from modelservice.krm import parse_all, read_resource_list, write_documents, write_resource_list, write_yaml  # noqa: E402
from tasks import mutant_samples as samples  # noqa: E402

Map = dict[str, Any]

STDIN = "stdin"  # the file that is given as standard input
FUNCTION = "modelservice-fn"
COMMAND = "modelservice"
NEWEST = "1.37"
PATH, INDEX = "config.kubernetes.io/path", "config.kubernetes.io/index"
PROFILES_FILE, LAYERS_FILE = "profiles.yaml", "layer.yaml"
LONGEST = 400_000  # characters of a text: what is larger may well take its time
MANY = 3000

TEXTS = [
    *HOSTILE,
    *TOO_HOSTILE,
    *["²", "٣", "1²", "9" * 5000, "a" * 70_000, "a/b", "../x", "/x", "{{", "{{" * 500, "{{ .Values.x | trunc ²}}", "{{ printf }}"],
    *["{{ .Release.Name | trunc 99999999999999999999 }}", "${name}", "${", "${a.b?}", "${name?}", "$(POD_IP)", "a\ud800b", "10 Gi", "-5"],
    *["10GB", "1e999", "Bad_Name", "a.b.c", "None", "-port", "HF TOKEN", "x" * 64, "Secret/x", "*/*", "v1", "apps/v1", "List", API_VERSION],
]
REGULAR = [
    "(a+)+$",
    "[[:alpha:]]+-decode",
    "(",
    "(" * 5000,
    "a{1000}{1000}",
    "(?!a)",
    r"\z",
    r"\C",
    ".*",
    "[",
    "a|b",
    "(?P<n>.)",
    "²",
    "x{2000}",
]
SELECTORS = [
    "a=b",
    "a in (b,c)",
    "!a",
    "a notin ()",
    "a==",
    "=",
    ",",
    "a,,b",
    "a in (b",
    "²=²",
    "a" * 70 + "=b",
    "a in (" + "b," * 2000 + "c)",
]
POINTERS = [
    "",
    "/",
    "/spec",
    "/spec/-",
    "/metadata/name",
    "/kind",
    "/metadata",
    "/spec/template/spec/containers/0",
    "/a~2b",
    "/spec/replicas",
]
POINTERS += [
    "/spec/template/spec/containers/-1",
    "/spec/template/spec/containers/²",
    "/spec/template/spec/containers/99999999999999999999",
    "x",
]
POINTERS += [
    "/apiVersion",
    "/metadata/annotations",
    "/spec/template/spec/containers/-",
    "/spec/template/spec/containers/00",
    "/" + "a/" * 300,
]
OTHERS: list[Any] = [None, True, False, 0, 1, -1, 2**31, 2**63, 10**30, 10**400, 1.5, 1e300, float("inf"), {}, [], [None], {"": None}]
FOR_KEY: dict[str, list[Any]] = {
    "kind": [*REGULAR, "List", "ModelService", "Overlay", "LastGenerated", "Deployment", "Service"],
    "name": [*REGULAR, "llama", "llama-decode", "a" * 300],
    "labelSelector": SELECTORS,
    "annotationSelector": SELECTORS,
    "from": POINTERS,
    "path": [*POINTERS, "file.yaml", ".git/x", "../x", "a\nb", ".modelservice/llama.yaml"],
    "op": ["add", "replace", "remove", "copy", "move", "test", "ad", "", None, 1],
    "$patch": ["delete", "replace", "merge", "x", 1],
    INDEX: ["²", "0", "-1", "1e3", "9" * 5000, "x", ""],
    "replicas": [0, -1, "2", 3_000_000_000, 2.5],
    "port": ["http", 0, 70000, "80", None],
    "profile": ["furiosa", "llm-d", "org", "team", "plain", "empty", "x", "", "../x", "/x"],
    "extends": ["furiosa", "llm-d", "org", "team", "plain", "empty", "x", "", "../x", None],
    "env": [
        {"A": "b"},
        {"A": None},
        {"A": {}},
        {"A": {"value": None}},
        {"A": 1},
        {"": "a"},
        {"A": "$(B)", "B": "$(A)"},
        [None],
        [{"A": "b"}],
    ],
    "ports": [{"http": 80}, {"80": 80}, {"80": None}, {"http": "80"}, {"http": {}}, {"http": {"name": "x"}}, {"": 0}, {"²": 80}, [80]],
    "volumeMounts": [{"/a": "a"}, {"a": "a"}, {"/a": None}, {"/a": {}}, {"/a": {"name": None}}, {"/a": 1}, {"": ""}, [{"name": "a"}]],
    "volumes": [{"a": {}}, {"a": None}, {"a": {"emptyDir": {}}}, {"a": "b"}, {"a": {"name": "b", "emptyDir": {}}}, {"": {}}, [None], ["a"]],
    "engine": [None, {}, {"name": "x"}, {"image": None}, {"env": None, "ports": None}, {"flags": None}, {"resources": None}, [], "x:1"],
}
OPERATIONS: list[list[Map]] = [
    [{"op": "replace", "path": "/spec/replicas", "value": 3}],
    [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}, {"op": "test", "path": "/kind", "value": "Deployment"}],
    [{"op": "copy", "from": "/spec/template/spec/containers/0/image", "path": "/spec/template/spec/schedulerName"}],
    [{"op": "move", "from": "/spec/template/spec/volumes", "path": "/metadata/a"}, {"op": "remove", "path": "/metadata/a"}],
]
FOR_KEY["patches"] = FOR_KEY["patch"] = [
    [{"op": "copy", "from": "/spec", "path": "/spec/a"}] * 20,
    [{"op": "move", "from": "/spec/template", "path": "/spec/template/a"}],
    [{"op": "replace", "path": "/kind", "value": ["a"]}, {"op": "add", "path": "/metadata/name", "value": {"a": 1}}],
    [{"op": "remove", "path": "/metadata"}],
    [{"op": "replace", "path": "", "value": 1}],
]
STRATEGIC: Map = {"spec": {"template": {"spec": {"containers": [{"name": "engine", "image": "a:1", "tty": True}]}}}}
PATCHES: list[Map] = [
    *({"target": {"kind": "Deployment"}, "patch": json.dumps(one)} for one in OPERATIONS),
    *({"target": {"role": "decode", "part": "workload"}, "patch": one} for one in OPERATIONS),
    {"target": {"kind": "Deployment", "name": ".*-decode", "labelSelector": "!a"}, "patch": STRATEGIC},
    {"target": {"role": "decode", "part": "container"}, "patch": {"env": [{"name": "A", "value": "b"}, {"$patch": "replace"}]}},
    {"target": {"part": "pod"}, "patch": "spec:\n  nodeSelector: {a: b}\n  volumes:\n  - name: x\n    emptyDir: {}\n"},
    {"patch": {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "llama-decode"}, **STRATEGIC}},
    {"patch": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llama-decode}\n$patch: delete\n"},
    {"target": {"kind": "Deployment"}, "patch": {"kind": "X", "metadata": {"name": "y"}}, "options": {"allowKindChange": True}},
]
OVERLAYS = [
    overlay({"target": "container", "patch": {"image": "mirror.example/engine:1"}, "flags": {"served-model-name": "${name}", "x": None}}),
    overlay({"target": "pod", "patch": {"spec": {"nodeSelector": {"${name}": "${role.replicas?}"}}}}, when={"profile": "furiosa"}),
    overlay(
        {"target": "workload", "patch": {"spec": {"replicas": "${decode.replicas}"}}},
        {"target": "proxy", "patch": {"env": [{"name": "A", "value": "${engine.port}"}]}, "when": {"serves": True}},
        {"target": "otherContainer", "patch": {"tty": True}},
        {"target": {"kind": "ServiceAccount"}, "patch": {"imagePullSecrets": [{"name": "a"}]}},
        name="second",
    ),
]
OBJECTS: list[Map] = [
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "llama"}, "spec": {"selector": {"a": "b"}, "ports": [{"port": 80}]}},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "annotations": {"a": "b"}}, "data": {"a": "1"}},
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "hf-token"}, "stringData": {"HF_TOKEN": "hf_x"}, "type": "Opaque"},
    {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "llama"},
        "spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "llama-decode"}},
    },
    {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "llama"},
        "spec": {"scaleTargetRef": {"name": "llama-decode"}, "triggers": [{"type": "cpu", "metadata": {"value": "50"}}]},
    },
    {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"limits.cpu": "10", "pods": "4"}}},
    {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "in-a-list"}}]},
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "only-ours"},
        "spec": {"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [{"ports": [{"port": 8000, "protocol": "TCP"}]}]},
    },
]
PRESETS: list[Map] = [
    overlay({"target": "pod", "patch": {"spec": {"hostIPC": True}}}, name="probes"),
    overlay(
        {"target": "pod", "patch": {"metadata": {"labels": {"${preset.key}": "${preset.text?}"}}}},
        name="mine",
        parameters={
            "key": {"type": "string", "default": "a-${name}"},
            "text": {"type": "string", "default": None, "enum": ["x", "y"]},
            "note": {"type": "string", "default": "n"},
        },
        require=["shm"],
        meant_for={"profile": ["furiosa", "llm-d"], "artifact": ["hf", "pvc", "pvc+hf", "oci"]},
        defaults={"drain": 5, "decode": {"annotations": {"a": "${preset.note}"}}},
    ),
]
SPECS: list[Map] = [
    *SAMPLES.values(),
    *samples.ENGINES,
    {"patches": PATCHES[:2] + PATCHES[4:7], "mergeKeys": {"example.com/Thing": {"spec.items": ["name"]}}},
    {"patches": PATCHES[8:11], "external": ["Secret/hf", "ConfigMap/*"], "checks": {"image-tag": "off", "ports": "error"}},
    {"profile": "llm-d", "overlays": OVERLAYS, "presets": ["shm", "probes"], "kubernetesVersion": "1.34", "drain": 90},
    {"extraObjects": OBJECTS, "decode": {"monitoring": {"podmonitor": {"enabled": True}}}},
    {
        "profile": "llm-d",
        **decode(args=["--port=9000", "--max-model-len", "{{ .Values.decode.replicas }}"], ports=[{"containerPort": 9000}]),
    },
    {"profile": "llm-d", **decode(command=["sh", "-c", "exec vllm serve --tensor-parallel-size 2"], modelCommand="custom")},
    {"profile": "llm-d", **decode(flags={"lora-modules": ["a=/a", "b=/b"], "enforce-eager": None}, modelCommand="vllmServe")},
]
NAMED = ["probes", "shm", "hardened", "x", "", "²", "shm:sizeLimit=1Gi", "shm:sizeLimit=[", "a=1", "hpa:maxReplicas=2,minReplicas='", ":,:"]
ASSIGNMENTS = [
    "decode.replicas=3",
    "decode.containers[0].image=x:1",
    "metadata.name=b",
    r"modelArtifacts.labels.a\.b/c=d",
    "prefill.replicas=null",
]
ASSIGNMENTS += [
    "decode.containers[" + "9" * 5000 + "].image=x",
    "decode.containers[0][0]=1",
    "=",
    "a" + ".a" * 200 + "=1",
    "presets=[shm]",
    "presets=[{name: shm, sizeLimit: 1}, {name: []}, [shm]]",
    "x",
]
ASSIGNMENTS += [
    "engine.env.A=b",
    "engine={image: x, env: {A: null}}",
    r"decode.engine.volumeMounts./a\.b/c=a",
    "decode.containers[0].env.A=b",
    "decode.containers[0]=null",
    "prefill.containers[0].image=x:1",
    "decode.containers[0].env[0].value=x",
    "decode.containers[1].image=x:1",
    "decode.volumes.a.emptyDir={}",
    "profile=team",
    "extraConfig.priority=1",
    "drain=.inf",
    "decode.containers[²]=1",
    "decode={{",
    "decode=*a",
    "decode.replicas=1_0",
    "patches=[{patch: '- {op: add}'}]",
    "spec=1",
]
LINES = [
    "  a: &a [*a, *a]",
    "<<: *a",
    "x: !!binary aaaa",
    "x: !ours y",
    "---",
    "...",
    "\tx: 1",
    "? a",
    "x: |",
    "  x: >2-",
    "a: 0777",
    "%YAML 1.1",
]
LINES += [
    "name: x",
    "  name: x",
    "    name: x",
    "- - - a",
    "x: {a: [b}",
    "x: 'a",
    '  x: "\\ud800"',
    "z: &z {a: 1}",
    "z: *z",
    "# c",
    "null: 1",
    "1: 2",
    "~: x",
]


class Case(NamedTuple):
    """One call: the program and its arguments, and what is in the folder that it runs in; STDIN is what it reads."""

    command: tuple[str, ...]
    files: Mapping[str, bytes]


class Seed(NamedTuple):
    """A call that is right; the documents of each file."""

    command: tuple[str, ...]
    files: Mapping[str, list[Any]]


def mutant(rng: Random) -> Case:
    """Return a call with something wrong."""
    seed = rng.choice(seeds())
    documents = {name: copy.deepcopy(values) for name, values in seed.files.items()}
    for _ in range(rng.choice((0, 1, 1, 1, 1, 1, 2))):
        _change(rng, documents[rng.choice([*documents])])
    texts = {name: _text(rng, values) for name, values in documents.items()}
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        name = rng.choice([*texts])
        texts[name] = rng.choice(TEXT_CHANGES)(rng, texts[name])[:LONGEST]
    contents = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    if rng.random() < 0.02:
        name = rng.choice([*contents])
        contents[name] = _damaged(rng, contents[name])
    return Case((*seed.command, *_options(rng, seed.command, documents)), contents)


# What is right


@functools.cache
def seeds() -> list[Seed]:
    """Return calls of every kind that is there: generator, transformer, package, validator, render, patch."""
    services = [document(spec) for spec in SPECS] + _examples()
    world = [obj for number, spec in enumerate(SPECS) for obj in generate([_labelled(document(spec), f"m{number}")])[0].objects]
    found = [_call(one, one) for one in services]
    for number, one in enumerate(services):
        service, other = _labelled(one, "llama"), _labelled(services[number - 1], "other")
        preset = PRESETS[number // 2 % len(PRESETS)]
        config = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "c"},
            "data": {"presets": f"shm:sizeLimit=1Gi,{preset['metadata']['name'] if number % 3 else 'probes'}", "decode.replicas": "2"},
        }
        found.append(
            _call(config if number % 2 else None, service, *OBJECTS[number % 5 : number % 5 + 3], *([preset] if number % 3 else []))
        )
        found += _package(service, other, config if number % 4 == 0 else None)
        found.append(Seed((COMMAND, "render", "a.yaml"), {"a.yaml": [service, *([other] if number % 3 else [])], "o.yaml": OVERLAYS}))
    validation = {"apiVersion": API_VERSION, "kind": "Validation", "metadata": {"name": "v"}, "spec": {"checks": {"image-tag": "off"}}}
    deployments = [one for one in world if one["kind"] == "Deployment" and "volumes" in one["spec"]["template"]["spec"]]
    for at in range(0, len(world), 5):
        few = [*world[at : at + 5], *OBJECTS]
        found.append(_call(validation, *few, *services[at : at + 1]))
        found.append(_call(validation, *(_in_file(one, "a.yaml", index) for index, one in enumerate(few) if one["kind"] != "List")))
    for number, patch in enumerate((*OPERATIONS, STRATEGIC) * 3):
        files: dict[str, list[Any]] = {"a.yaml": deployments[number : number + 2], "p.yaml": [patch]}
        found.append(Seed((COMMAND, "patch", "a.yaml"), files))
    return [*found, *_with_profiles(services), *_with_layers(services), *_with_patches()]


def _with_profiles(services: list[Map]) -> Iterator[Seed]:
    """Yield services with Profiles beside them: as items with and without files, in a file and as files of `render`."""
    for number, spec in enumerate(samples.OF_PROFILES):
        service, other = _labelled(document(spec), "llama"), _labelled(services[number], "other")
        yield _call(None, service, *samples.PROFILES)
        yield _call(None, *samples.PROFILES, other, service, *OBJECTS[:2])
        yield from _package(service, other, None, samples.PROFILES)
        yield Seed((COMMAND, "render", "a.yaml"), {"a.yaml": [service, *samples.PROFILES]})
        yield Seed((COMMAND, "render", "a.yaml", "--profile", PROFILES_FILE), {"a.yaml": [service, other], PROFILES_FILE: samples.PROFILES})
        files: dict[str, list[Any]] = {"in/a.yaml": [service], "in/below/b.yml": [*samples.PROFILES, OBJECTS[1]], "in/c.yaml": PRESETS}
        yield Seed((COMMAND, "render", "in"), {**files, "in/values.yaml": [{"decode": {"replicas": 2}}]})


def _with_layers(services: list[Map]) -> Iterator[Seed]:
    """Yield files and folders with layers over them."""
    for number, one in enumerate([*services[::3], *(document(spec) for spec in samples.ENGINES)]):
        service, other = _labelled(one, "llama"), _labelled(services[number], "other")
        layers = [samples.LAYERS[number % 3], samples.LAYERS[(number + 1) % 3]][: 1 + number % 2]
        command = (COMMAND, "render", "in" if number % 2 else "a.yaml", "-f", LAYERS_FILE)
        place = "in/a.yaml" if number % 2 else "a.yaml"
        yield Seed(command, {place: [service, other, *samples.PROFILES], LAYERS_FILE: layers})


def _with_patches() -> Iterator[Seed]:
    """Yield Patches of what services became, with and without files."""
    for service in samples.OF_PATCHES:
        objects = [*generate([service])[0].objects, service, OBJECTS[1], samples.SETTERS]
        for patches in samples.PATCHES:
            yield _call(patches, *objects)
            yield _call(patches, *(_in_file(one, f"{number}.yaml", 0) for number, one in enumerate(objects)))


def _labelled(service: Map, name: str) -> Map:
    """Return a ModelService by another name, whose pods have a label of their own."""
    spec = service["spec"]
    artifacts = {**spec["modelArtifacts"], "labels": {"llm-d.ai/model": name}}
    return {**service, "metadata": {"name": name}, "spec": {**spec, "modelArtifacts": artifacts}}


def _examples() -> list[Map]:
    paths = sorted((ROOT / "examples").glob("**/*.yaml"))
    values = [value for path in paths for value in parse_all(path.read_bytes())]
    services = [value for value in values if value.get("kind") == "ModelService" and "modelArtifacts" in value["spec"]]  # others are layers
    return [value for value in services if value["spec"].get("profile") in (None, "furiosa", "llm-d")]


def _call(config: Any, *items: Any) -> Seed:
    content = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": list(items)}
    return Seed((FUNCTION,), {STDIN: [{**content, "functionConfig": config} if config is not None else content]})


def _package(service: Map, other: Map, config: Any, profiles: Sequence[Map] = ()) -> list[Seed]:
    """Return a package before the first run and after it."""
    items = [
        *(_in_file(one, f"{number}.yaml", 0) for number, one in enumerate((service, other))),
        _in_file({**OBJECTS[2], "metadata": {"name": "ours"}}, "secret.yaml", 0),
        *(_in_file(one, "profiles.yaml", number) for number, one in enumerate(profiles)),
    ]
    before = _call(config, *items, _in_file(overlay(name="mine"), "mine.yaml", 0))
    resources = read_resource_list(write_yaml(before.files[STDIN][0]))
    function.run(resources)
    [answer] = parse_all(write_resource_list(resources))
    return [before, _call(config, *answer["items"])]


def _in_file(value: Map, path: str, index: int) -> Map:
    metadata = value["metadata"]
    return {**value, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), PATH: path, INDEX: str(index)}}}


def _options(rng: Random, command: tuple[str, ...], documents: Mapping[str, list[Any]]) -> list[str]:
    """Return options of a command, some of which are wrong."""
    options: list[str] = []
    if "render" in command:
        for _ in range(rng.choice((0, 0, 1, 2))):
            path = rng.choice(ASSIGNMENTS) if rng.random() < 0.6 else f"{_path_text(rng.choice(fields()))}={rng.choice(TEXTS)[:1000]}"
            options += ["--set", path]
        options += ["--overlay", "o.yaml"] if rng.random() < 0.4 and "o.yaml" in documents else []
        options += ["-f", rng.choice([*documents])] if rng.random() < 0.1 else []
        options += ["--preset", rng.choice(NAMED)] if rng.random() < 0.3 else []
        options += ["-o", "out", *rng.sample(["--kustomization", "--force"], rng.randrange(3))] if rng.random() < 0.4 else []
        options += (
            ["--kubernetes", rng.choice(["1.34", "1.28", "v1.30", "x", "²", "1.9999999999999999999999", "'"])] if rng.random() < 0.2 else []
        )
    elif "patch" in command:
        inline = json.dumps(documents["p.yaml"][:1])[1:-1] if rng.random() < 0.3 else ""
        options = ["-p", inline[:100_000] or "p.yaml", *(["--new-items", "append"] if rng.random() < 0.3 else [])]
    return [option.replace("\0", "").encode("utf-8", "replace").decode() for option in options]


def _path_text(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[]", "[0]")


@functools.cache
def fields() -> list[tuple[str, ...]]:
    """Return the paths of all fields of a ModelService's spec; [] is a list's item."""
    root = schema("modelservice")
    return [*_fields_below(root["properties"]["spec"], root, ())]


def _fields_below(node: Map, root: Map, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    node = {**root["$defs"][node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node
    below = {**node.get("properties", {}), **({"[]": node["items"]} if isinstance(node.get("items"), dict) else {})}
    for key, inner in below.items():
        if len(path) < 8:
            yield (*path, key)
            yield from _fields_below(inner, root, (*path, key))


# What is changed in documents


def _change(rng: Random, documents: list[Any]) -> None:
    """Change one thing in the documents of a file."""
    specs = [*_specs(documents)]
    choice = rng.random()
    if specs and choice < 0.25:
        holder, above = rng.choice(specs)
        _set(rng, holder, (*above, *rng.choice(fields())), None)
    elif specs and choice < 0.45:
        path, kind = rng.choice(KUBERNETES)
        holder, above = rng.choice(specs)
        _set(rng, holder, (*above, *path[1:]), kubernetes_value(rng, rng.choice(top_kinds()) if kind == "any" else kind))
    elif specs and choice < 0.5:
        _in_other_form(rng, documents)
    else:
        places = [*_places(documents)]
        if places:
            rng.choice(CHANGES)(rng, *rng.choice(places))


def _specs(documents: list[Any]) -> Iterator[tuple[Map, tuple[str, ...]]]:
    """Yield each map that has a ModelService's spec, and the keys to it: of ModelServices and their layers, and what Profiles say."""
    for value in _values(documents):
        if isinstance(value, dict) and value.get("kind") in ("ModelService", "Profile"):
            yield value, ("spec", "defaults") if value["kind"] == "Profile" else ("spec",)
    yield from ((value, ()) for value in documents if value in samples.LAYERS and "spec" not in value)


def _in_other_form(rng: Random, documents: list[Any]) -> None:
    """Write a list that has a key as a map, or a map as a list."""
    found = [(holder, key) for holder, key in _places(documents) if key in ("volumes", *KEYED) and isinstance(holder, dict) and holder[key]]
    if not found:
        return
    holder, name = rng.choice(found)
    key, plain = KEYED.get(name, ("name", ""))
    if isinstance(value := holder[name], dict):
        fields = {at: below if isinstance(below, dict) else {plain: below} for at, below in value.items()}
        holder[name] = [{key: at, **below} for at, below in fields.items()]
    elif isinstance(value, list):
        items = [item for item in value if isinstance(item, dict)]
        holder[name] = {str(item.get(key)): item.get(plain, item) if rng.random() < 0.5 else item for item in items}


def _values(value: Any) -> Iterator[Any]:
    """Yield a value and all within it."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _values(inner)


def _places(documents: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each map or list with each of its keys or indexes."""
    for value in _values(documents):
        keys = [*value] if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
        yield from ((value, key) for key in keys)


def _set(rng: Random, service: Map, path: tuple[str, ...], value: Any) -> None:
    """Set a field, and what holds it; without a value, to one that another field of this name has, or to something odd."""
    holder: Any = service
    for number, key in enumerate(path):
        last = number == len(path) - 1
        new = (_odd(rng, path[-1]) if value is None else value) if last else ([] if path[number + 1] == "[]" else {})
        if key == "[]":
            if not isinstance(holder, list):
                return
            if last or not holder or rng.random() < 0.2:
                holder.append(new)
            holder = holder[-1]
        elif isinstance(holder, dict):
            if last or not isinstance(holder.get(key), (dict, list)):
                holder[key] = new
            holder = holder[key]
        else:
            return


@functools.cache
def donors() -> dict[str, list[Any]]:
    """Return, by key, all values that the seeds have for it."""
    found: dict[str, list[Any]] = {}
    for seed in seeds():
        for holder, key in _places([*seed.files.values()]):
            if isinstance(key, str) and len(found.setdefault(key, [])) < 200:
                found[key].append(holder[key])
    return found


def _odd(rng: Random, key: Any) -> Any:
    """Return a value that may stand at a key, or a wrong one."""
    known = donors()
    choice = rng.random()
    if choice < 0.3 and known.get(key):
        return copy.deepcopy(rng.choice(known[key]))
    if choice < 0.5 and key in FOR_KEY:
        return rng.choice(FOR_KEY[key])
    if choice < 0.6:
        return copy.deepcopy(rng.choice(known[rng.choice([*known])]))
    return rng.choice(TEXTS) if choice < 0.8 else copy.deepcopy(rng.choice(OTHERS))


def _replace(rng: Random, holder: Any, key: Any) -> None:
    holder[key] = _odd(rng, key)


def _remove(_: Random, holder: Any, key: Any) -> None:
    del holder[key]


def _misspell(rng: Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict) and key:
        at = rng.randrange(len(key))
        holder[rng.choice([key[:at] + key[at + 1 :], key.upper(), key[:at] + rng.choice(TEXTS), rng.choice([*donors()])])] = holder.pop(key)


def _add(rng: Random, holder: Any, _: Any) -> None:
    if isinstance(holder, dict):
        key = rng.choice([*donors()])
        holder[key] = _odd(rng, key)
    else:
        holder.insert(rng.randrange(len(holder) + 1), _odd(rng, ""))


def _wrap(rng: Random, holder: Any, key: Any) -> None:
    value = holder[key]
    forms = [
        str(value)[:5000] if not isinstance(value, int) else f"{value:x}",
        [value],
        {"a": value},
        [value, None, value],
        {"$patch": "delete"},
    ]
    holder[key] = rng.choice(forms)


def _nest(rng: Random, holder: Any, key: Any) -> None:
    for _ in range(rng.choice((3, 30, 60, 85, 100, 150))):
        holder[key] = [holder[key]] if rng.random() < 0.5 else {"a": holder[key]}


def _tweak(rng: Random, holder: Any, key: Any) -> None:
    value = holder[key]
    if isinstance(value, bool | float) or value is None:
        holder[key] = str(value)
    elif isinstance(value, int):
        holder[key] = rng.choice([-value, value + 1, value * 100_000, value % 1000 + 0.5, str(value), value * 10**40])
    elif isinstance(value, str):
        at = rng.randrange(len(value) + 1)
        holder[key] = value[:at] + rng.choice(TEXTS) + value[at + rng.randrange(3) :]
    else:
        _reorder(rng, holder, key)


def _reorder(rng: Random, holder: Any, key: Any) -> None:
    value = holder[key]
    if isinstance(value, list) and value:
        many = [copy.deepcopy(rng.choice(value))] * (MANY if len(str(value[0])) < 100 else 40)
        holder[key] = rng.choice([[], value * 2, value[::-1], value[1:], [*value, None], [None] * len(value), [*value, value], many])
    elif isinstance(value, dict) and value:
        many_keys = {f"{inner}{number}": value[inner] for inner in [*value][:1] for number in range(MANY if len(str(value)) < 100 else 40)}
        holder[key] = rng.choice([{}, dict(reversed(value.items())), dict.fromkeys(value), [*value.items()], {**value, **many_keys}])


Change = Callable[[Random, Any, Any], None]
CHANGES: list[Change] = [_replace, _replace, _replace, _remove, _misspell, _add, _add, _wrap, _nest, _tweak, _tweak, _reorder]


# What Kubernetes has fields for

POD = ("spec", "decode")
CORE = "io.k8s.api.core.v1."
KUBERNETES: list[tuple[tuple[str, ...], str]] = [
    ((*POD, "containers", "[]"), f"{CORE}Container"),
    ((*POD, "containers", "[]", "extraConfig"), f"{CORE}Container"),
    ((*POD, "initContainers", "[]"), f"{CORE}Container"),
    ((*POD, "extraConfig"), f"{CORE}PodSpec"),
    ((*POD, "volumes", "[]"), f"{CORE}Volume"),
    ((*POD, "tolerations", "[]"), f"{CORE}Toleration"),
    ((*POD, "podSecurityContext"), f"{CORE}PodSecurityContext"),
    ((*POD, "containers", "[]", "livenessProbe"), f"{CORE}Probe"),
    ((*POD, "containers", "[]", "lifecycle"), f"{CORE}Lifecycle"),
    ((*POD, "containers", "[]", "env", "[]"), f"{CORE}EnvVar"),
    ((*POD, "containers", "[]", "resources"), f"{CORE}ResourceRequirements"),
    ((*POD, "strategy"), "io.k8s.api.apps.v1.DeploymentStrategy"),
    (("spec", "extraObjects", "[]"), "any"),
    (("spec", "extraObjects", "[]"), "any"),
    (("spec", "engine"), f"{CORE}Container"),
    ((*POD, "engine"), f"{CORE}Container"),
    (("spec", "extraConfig"), f"{CORE}PodSpec"),
    (("spec", "engine", "env", "A"), f"{CORE}EnvVar"),
    (("spec", "engine", "ports", "metrics"), f"{CORE}ContainerPort"),
    ((*POD, "engine", "volumeMounts", "/x"), f"{CORE}VolumeMount"),
    ((*POD, "containers", "[]", "env", "A"), f"{CORE}EnvVar"),
    ((*POD, "volumes", "scratch"), f"{CORE}Volume"),
]


@functools.cache
def definitions() -> Map:
    """Return what kubernetes-validate knows of each type of Kubernetes."""
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{NEWEST}.0-local-strict"
    found: Map = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    return found


@functools.cache
def top_kinds() -> list[str]:
    """Return the types that are objects of their own."""
    return [
        name for name, one in definitions().items() if {"kind", "metadata"} <= {*one.get("properties", {})} and not name.endswith("List")
    ]


def kubernetes_value(rng: Random, kind: str) -> Any:
    """Return a value of a type of Kubernetes, with some of its fields, of which a few are wrong."""
    value = _of_schema(rng, {"$ref": f"/{kind}"}, 4)
    group_version_kind = definitions()[kind].get("x-kubernetes-group-version-kind")
    if isinstance(value, dict) and group_version_kind and "metadata" in definitions()[kind]["properties"]:
        one = group_version_kind[0]
        api_version = "/".join(filter(None, (one["group"], one["version"])))
        value.update(apiVersion=api_version, kind=one["kind"], metadata={"name": "extra", **(rng.choice([{}, {"labels": {"a": "b"}}]))})
    elif "Container" in kind and isinstance(value, dict):
        value = {**engine(), **value}
    return value


def _of_schema(rng: Random, node: Map, depth: int) -> Any:
    if rng.random() < 0.01:
        return _odd(rng, "")
    if "$ref" in node:
        node = definitions()[node["$ref"].rpartition("/")[2]]
    for several in ("oneOf", "anyOf"):
        if several in node:
            return _of_schema(rng, rng.choice(node[several]), depth)
    if "enum" in node:
        return rng.choice(node["enum"])
    types = node.get("type", "object")
    return _of_type(rng, types if isinstance(types, str) else rng.choice(types[:1] * 30 + types), node, depth)


def _of_type(rng: Random, kind: str, node: Map, depth: int) -> Any:
    if kind == "object":
        properties = node.get("properties", {})
        wanted = set(node.get("required", ())) if rng.random() < 0.97 else set()
        chosen = [key for key in properties if key in wanted or (depth > 0 and rng.random() < 2.5 / len(properties))]
        more = node.get("additionalProperties")
        extra = {"a.b/c": _of_schema(rng, more, depth - 1)} if isinstance(more, dict) and depth > 0 else {}
        return {**{key: _of_schema(rng, properties[key], depth - 1) for key in chosen if key not in ("status", "managedFields")}, **extra}
    if kind == "array":
        return [
            _of_schema(rng, node.get("items", {"type": "string"}), depth - 1) for _ in range(rng.choice((0, 1, 1, 2)) if depth > 0 else 0)
        ]
    plain: dict[str, list[Any]] = {
        "string": ["a", "b", "1", "http", "engine", "model-storage", "/x", "10Gi", "llama"],
        "integer": [1, 80, 0, 8000, 30],
        "number": [1, 0.5],
        "boolean": [True, False],
    }
    return rng.choice(plain.get(kind, [None]))


# What is changed in texts


def _text(rng: Random, values: list[Any]) -> str:
    """Return documents as they are written: by us, or as JSON where that is all that can hold them."""
    style = rng.random()
    try:
        if style < 0.85:
            return write_documents(values)
    except (TypeError, ValueError):
        pass
    return "\n---\n".join(json.dumps(value, indent=1 if style < 0.95 else None, ensure_ascii=style < 0.9) for value in values) + "\n"


def _line(rng: Random, text: str) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    line = lines[at]
    indent = line[: len(line) - len(line.lstrip())]
    head, _, _ = line.partition(": ")
    other = rng.choice(lines)
    lines[at : at + 1] = rng.choice(
        [
            [],
            [line, line],
            [line, other],
            [f"  {line}"],
            [line[1:]],
            [f"{line} "],
            [line.replace("  ", "\t", 1)],
            [line, indent + rng.choice(LINES)],
            [line, rng.choice(LINES)],
            [f"{head}: {rng.choice(TEXTS)}"],
            [f"{head}: {rng.choice(['|', '>-', '|2', '|+', '>', '|10', '&a', '*a', '!!str', '!', '0777', '[', '{', '[' * 2000])}"],
            [f"{head}: |", line],
            [line.rstrip(), f"{indent}# {other}"],
            [f"{indent}- {line.lstrip()}"],
            [line] * (MANY if len(line) < 100 else 10),
            [f"{indent}{name}: &{name} [{', '.join([f'*{chr(ord(name) - 1)}'] * 9) if name > 'a' else 'x'}]" for name in "abcdefgh"],
        ]
    )
    return "\n".join(lines)


def _block(rng: Random, text: str) -> str:
    """Indent, repeat, move or drop several lines."""
    lines = text.split("\n")
    begin, end = sorted((rng.randrange(len(lines)), rng.randrange(len(lines))))
    end = min(end, begin + 30)
    block = lines[begin:end]
    lines[begin:end] = rng.choice([[f"  {line}" for line in block], [line[2:] for line in block], block * 2, [], block[::-1]])
    return "\n".join(lines)


def _cut(rng: Random, text: str) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _insert(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    pieces: list[str] = [*"\t\n\r\0\x85\ufeff\u2028&*!|>%@`#'\"{}[],:-?", "{{", "}}", "{{ x }}" * 50, "\r\n", " #", ": ", "${", *TEXTS]
    return text[:at] + rng.choice(pieces) + text[at + rng.choice((0, 0, 1, 5)) :]


def _crlf(rng: Random, text: str) -> str:
    return text.replace("\n", rng.choice(["\r\n", "\r", "\n\n", " \n", "\n---\n"]), rng.choice((1, 5, -1)))


TextChange = Callable[[Random, str], str]
TEXT_CHANGES: list[TextChange] = [_line, _line, _line, _line, _block, _cut, _insert, _insert, _crlf]


def _damaged(rng: Random, content: bytes) -> bytes:
    """Return bytes with one flipped, or in another encoding."""
    if not content or rng.random() < 0.2:
        return content.decode("utf-8", "replace").encode(rng.choice(["utf-16", "utf-16-le", "latin-1"]), "replace")
    at = rng.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]
