"""What `make fuzz` makes wrong beside whole ModelServices: what engine says, profiles, layers, folders, and patches of what is there."""

from __future__ import annotations

from typing import Any

from tests.compose.made import API_VERSION, MODEL, document, engine, overlay

Map = dict[str, Any]

FROM_SECRET = {"valueFrom": {"secretKeyRef": {"name": "hf-token", "key": "HF_TOKEN", "optional": True}}}
ENGINES: list[Map] = [
    {"engine": {"image": "x:1", "env": {"A": "1", "B": FROM_SECRET, "C": None, "D": "$(A)"}, "flags": {"x": 1, "devices": None}}},
    {
        "profile": "llm-d",
        "engine": {"ports": {"metrics": 9100, "other": {"containerPort": 9200, "protocol": "UDP"}}, "resources": {"limits": {"cpu": "4"}}},
        "decode": {
            "replicas": 2,
            "volumes": {"scratch": {"emptyDir": {}}},
            "engine": {"env": {"A": "a"}, "volumeMounts": {"/x": "scratch", "/y": {"name": "scratch", "readOnly": True}}},
        },
        "prefill": {"replicas": 1, "engine": {"resources": {"limits": {"cpu": None}}, "args": ["--a"], "tty": True}},
        "extraConfig": {"hostname": "{{ .Release.Name }}", "priority": 1},
    },
    {
        "engine": {"image": "x:1", "volumeMounts": [{"name": "scratch", "mountPath": "/x"}], "env": [{"name": "A", "value": "b"}]},
        "decode": {
            "volumes": {"scratch": {"emptyDir": {}}, "metrics-volume": {"emptyDir": {"sizeLimit": "1Gi"}}},
            "extraConfig": {"priority": 2},
        },
        "extraConfig": {"hostNetwork": None, "priority": 1},
    },
    {
        "profile": "llm-d",
        "engine": {"imagePullPolicy": "Always", "modelCommand": ""},
        "decode": {
            "volumes": {"scratch": {"emptyDir": {}}, "dropped": None},
            "containers": [
                engine(env={"A": "{{ .Values.decode.replicas }}", "B": None}, ports={"metrics": 9100}, volumeMounts={"/x": "scratch"}),
                {"name": "side", "image": "s:1", "env": {"A": FROM_SECRET}, "ports": {"side": {"containerPort": 9300}}},
            ],
        },
    },
    {"extraConfig": {"tolerations": [{"operator": "Exists"}]}},
]


def profile(name: str, extends: str | None, defaults: Map | None) -> Map:
    """Return a Profile."""
    spec = {**({"extends": extends} if extends else {}), **({"defaults": defaults} if defaults is not None else {})}
    return {"apiVersion": API_VERSION, "kind": "Profile", "metadata": {"name": name}, "spec": spec}


PROFILES: list[Map] = [
    profile(
        "org",
        "furiosa",
        {
            "presets": ["shm"],
            "overlays": [overlay({"target": "pod", "patch": {"spec": {"hostname": "${name}"}}}, name="of-org")],
            "patches": [{"target": {"role": "decode"}, "patch": {"spec": {"minReadySeconds": 1}}}],
            "engine": {"image": "org:1", "env": {"ORG": "1", "BOTH": "org"}, "flags": {"x": 1}},
            "schedulerName": "ours",
        },
    ),
    profile(
        "team",
        "org",
        {
            "presets": ["probes"],
            "decode": {
                "nodeSelector": {"a": "b"},
                "volumes": {"scratch": {"emptyDir": {}}},
                "engine": {"volumeMounts": {"/scratch": "scratch"}, "env": {"BOTH": "team", "ORG": None}, "ports": {"extra": 9100}},
            },
            "schedulerName": None,
            "extraConfig": {"priority": 1},
        },
    ),
    profile("plain", None, {"decode": {"replicas": 2, "engine": {"env": [{"name": "A", "value": "b"}]}}}),
    profile("empty", "llm-d", None),
]
OF_PROFILES: list[Map] = [
    {"profile": "org", "presets": ["shm"], "engine": {"env": {"ORG": None, "MINE": "1"}}},
    {"profile": "team", "overlays": [overlay({"target": "pod", "patch": {"spec": {"subdomain": "x"}}})], "decode": {"replicas": 3}},
    {"profile": "team", "decode": {"containers": [engine(env={"A": "b"})], "volumes": {"scratch": None}}},
    {"profile": "plain", "patches": [{"target": {"role": "decode"}, "patch": {"spec": {"revisionHistoryLimit": 2}}}]},
    {"profile": "empty", "engine": {"image": "x:1"}, "prefill": {"replicas": 1}},
]
LAYERS: list[Map] = [
    {"engine": {"image": "layer:1", "env": {"A": "layer", "B": None}}, "decode": {"replicas": 4}},
    {"spec": {"decode": {"nodeSelector": {"a": "layer"}, "replicas": None}, "presets": ["probes"]}, "metadata": {"labels": {"a": "b"}}},
    {
        "apiVersion": API_VERSION,
        "kind": "ModelService",
        "metadata": {"name": "llama", "namespace": "there"},
        "spec": {"modelArtifacts": {"name": MODEL}, "extraConfig": {"priority": 3}},
    },
]
SETTERS: Map = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "setters", "annotations": {"config.kubernetes.io/local-config": "true"}},
    "data": {"a": "b"},
}


def patches(*entries: Map, **spec: Any) -> Map:
    """Return a Patches."""
    return {"apiVersion": API_VERSION, "kind": "Patches", "metadata": {"name": "own"}, "spec": {"patches": list(entries), **spec}}


# Of each of them, what the objects of a service called llama have.
STRATEGIC: Map = {"spec": {"template": {"spec": {"containers": [{"name": "engine", "image": "a:1", "tty": True}]}}}}
PATCHES: list[Map] = [
    patches({"target": {"kind": "Deployment"}, "patch": STRATEGIC}, checks={"kubernetes-fields": "warning"}),
    patches(
        {"target": {"kind": "Deployment", "name": ".*-decode"}, "patch": '[{"op": "replace", "path": "/spec/replicas", "value": 3}]'},
        {"target": {"labelSelector": "!nothing"}, "patch": {"metadata": {"annotations": {"a": "b"}}}},
        kubernetesVersion="1.34",
    ),
    patches(
        {
            "patch": "kind: Deployment\nmetadata: {name: llama-decode, labels: {a: b}}\n"
            "---\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: c}\n"
        },
        {"patch": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "$patch": "delete"}},
    ),
    patches(
        {"target": {"kind": "ConfigMap"}, "patch": {"metadata": {"name": "renamed"}}, "options": {"allowNameChange": True}},
        mergeKeys={"example.com/Thing": {"spec.items": ["name"]}},
    ),
    patches({"target": {"kind": "ModelService"}, "patch": {"spec": {"engine": {"env": {"A": "patched"}}}}}),
]
OF_PATCHES: list[Map] = [
    document({"profile": "llm-d", "decode": {"containers": [engine()]}}),
    document({"engine": {"image": "x:1"}}),
]
