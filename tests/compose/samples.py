"""ModelServices that between them use everything: for tests that hold for all of them, or ask which of them shows something."""

from __future__ import annotations

from typing import Any

from tests.compose.made import decode, engine, overlay

Map = dict[str, Any]

CLAIM = {"name": "nic", "resourceClaimName": "nic-of-node"}
ROLE_FIELDS: Map = {
    "annotations": {"team": "a"},
    "podAnnotations": {"scrape": "yes"},
    "tolerations": [{"key": "k", "operator": "Exists"}],
    "nodeSelector": {"pool": "llm"},
    "enableServiceLinks": False,
    "terminationGracePeriodSeconds": 90,
    "imagePullSecrets": [{"name": "registry"}],
    "schedulerName": "gang",
    "priorityClassName": "high",
    "podSecurityContext": {"fsGroup": 2000},
    "hostIPC": True,
    "hostPID": True,
    "initContainers": [{"name": "warm-up", "image": "busybox:1.36"}],
    "resourceClaims": [CLAIM],
    "acceleratorTypes": {"labelKey": "accelerator", "labelValues": ["H100"]},
    "extraConfig": {"hostNetwork": True},
}
CONTAINER_FIELDS: Map = {
    "imagePullPolicy": "IfNotPresent",
    "args": ["--max-model-len=8192"],
    "env": [{"name": "HF_HOME", "value": "/own"}, {"name": "DEBUG", "value": "1"}],
    "ports": [{"name": "metrics", "containerPort": 8200}],
    "securityContext": {"runAsUser": 1000},
    "livenessProbe": {"tcpSocket": {"port": 8200}},
    "readinessProbe": {"httpGet": {"path": "/ready", "port": 8200}},
    "startupProbe": {"httpGet": {"path": "/started", "port": 8200}},
    "resources": {"limits": {"cpu": "8"}, "requests": {"cpu": "4"}},
    "volumeMounts": [{"name": "cache", "mountPath": "/cache"}, {"name": "cache", "mountPath": "/model-cache", "subPath": "models"}],
    "flags": {"trust-remote-code": True},
    "workingDir": "/srv",
    "stdin": True,
    "tty": True,
    "mountModelVolume": True,
    "extraConfig": {"terminationMessagePath": "/dev/last-words"},
}
MONITORED: Map = {
    "podmonitor": {
        "enabled": True,
        "path": "/metrics/engine",
        "interval": "10s",
        "scrapeTimeout": "5s",
        "relabelings": [{"action": "drop"}],
        "metricRelabelings": [{"action": "keep"}],
        "namespaceSelector": {"any": True},
        "annotations": {"owner": "sre"},
        "labels": {"release": "prometheus"},
    }
}
CACHE = {"name": "cache", "emptyDir": {}}

# presets that need values of their parameters, as a spec names them
KEDA: Map = {"name": "keda", "serverAddress": "http://prometheus.monitoring:9090", "maxReplicaCount": 4}
NEEDING: dict[str, Map] = {
    "hpa": {"name": "hpa", "maxReplicas": 4},
    "keda": KEDA,
    "model-cache-pvc": {"name": "model-cache-pvc", "claim": "models"},
}
PEER = {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]}


def named(preset: str) -> str | Map:
    """Return a preset as a spec names it: with values of the parameters that need some."""
    return NEEDING.get(preset, preset)


SAMPLES: dict[str, Map] = {
    "furiosa": {},
    "llm-d": {"profile": "llm-d"},
    "everything of a role": {
        "extraConfig": {"dnsPolicy": "ClusterFirst"},
        "decode": {
            **ROLE_FIELDS,
            "volumes": [CACHE, {"name": "model-storage", "hostPath": {"path": "/models"}}],
            "strategy": {"type": "Recreate"},
            "monitoring": MONITORED,
            "containers": [engine(**CONTAINER_FIELDS)],
        },
    },
    "vllm with prefill": {
        "profile": "llm-d",
        "presets": ["shm", "probes", "graceful-shutdown", "hardened", "nvidia-tolerations"],
        "modelArtifacts": {"authSecretName": "hf"},
        "decode": {"containers": [engine(modelCommand="vllmServe", mountModelVolume=True)], "monitoring": MONITORED},
        "prefill": {
            "replicas": 2,
            "containers": [engine(modelCommand="vllmServe"), engine(name="side", modelCommand="custom", command=["sleep"])],
        },
    },
    "furiosa presets": {"presets": ["rngd-tolerations", "probes", "shm", "hardened"], "routing": {"proxy": {"enabled": False}}},
    "pvc": {"modelArtifacts": {"uri": "pvc://models/llama"}},
    "pvc of llm-d": {"profile": "llm-d", "modelArtifacts": {"uri": "pvc://models/llama", "readOnly": False}},
    "pvc+hf": {"modelArtifacts": {"uri": "pvc+hf://models/hub/meta/llama"}},
    "pvc+hf of llm-d": {"profile": "llm-d", "modelArtifacts": {"uri": "pvc+hf://models/meta/llama"}},
    "oci": {"modelArtifacts": {"uri": "oci://registry.example/llama:1", "path": "weights", "imagePullPolicy": "IfNotPresent"}},
    "mode mp": {
        "profile": "llm-d",
        "presets": ["probes"],
        "routing": {"inferencePool": {"create": True}},
        "engine": {"modelCommand": "vllmServe", "image": "registry.example/vllm:0.26"},
        "decode": {
            "parallelism": {"mode": "mp", "tensor": 8, "workers": 2},
            "monitoring": {"podmonitor": {"enabled": True}},
            "leaderWorkerSet": {"startupPolicy": "LeaderReady"},
        },
        "prefill": {"replicas": 1, "parallelism": {"mode": "ray", "tensor": 4, "pipeline": 2}},
    },
    "mode internal": {
        "profile": "llm-d",
        "engine": {"modelCommand": "vllmServe", "image": "registry.example/vllm:0.26"},
        "decode": {"parallelism": {"mode": "internal", "data": 4, "dataLocal": 2, "expert": True}},
        "prefill": {"replicas": 1, "parallelism": {"mode": "hybrid", "data": 4, "dataLocal": 2}},
    },
    "mode multi-port": {
        "profile": "llm-d",
        "presets": ["probes"],
        "engine": {"modelCommand": "vllmServe", "image": "registry.example/vllm:0.26"},
        "decode": {"parallelism": {"mode": "multi-port", "data": 4, "dataLocal": 2}, "monitoring": {"podmonitor": {"enabled": True}}},
        "prefill": {"create": False},
    },
    "sglang": {
        "profile": "llm-d",
        "engine": {"modelCommand": "sglangServe", "image": "registry.example/sglang:0.6"},
        "decode": {"parallelism": {"mode": "mp", "tensor": 8, "workers": 2}},
        "prefill": {"create": False},
    },
    "multinode": {
        "profile": "llm-d",
        "multinode": True,
        "decode": {
            "parallelism": {"data": 4, "dataLocal": 2, "workers": 2},
            "subGroupPolicy": {"subGroupSize": 1},
            "subGroupExclusiveTopology": True,
            "autoscaling": {"enabled": True},
            "annotations": {"team": "a"},
            "containers": [engine(modelCommand="vllmServe")],
        },
    },
    "furiosa multinode": {"multinode": True, "decode": {"parallelism": {"workers": 2}}},
    "furiosa claims": {"dra": {"enabled": True}, "serviceAccountOverride": "other"},
    "claims": {
        "profile": "llm-d",
        "accelerator": {"dra": True, "resourceClaimTemplates": {"nvidia": {"count": 4, "selectors": [{"cel": {"expression": "true"}}]}}},
        "decode": {"resourceClaims": [CLAIM]},
    },
    "first available": {
        "profile": "llm-d",
        "accelerator": {
            "type": "amd",
            "resourceClaimTemplates": {"amd": {"match": "firstAvailable", "selectors": [{"cel": {"expression": "true"}}]}},
        },
        "decode": {"accelerator": {"dra": True}},
        "prefill": {"accelerator": {"type": "cpu"}},
    },
    "tracing": {"profile": "llm-d", "tracing": {"enabled": True}},
    "newer furiosa": {
        "profile": "furiosa-2026.3",
        "tracing": {"enabled": True},
        "accelerator": {"dra": True},
        "modelArtifacts": {"uri": "pvc+hf://models/hub/meta/llama", "mountPath": "/models/", "compiled": "pvc://compiled/llama.fxb"},
        **decode(modelCommand="furiosaLLMServe", mountModelVolume=True, lifecycle={"preStop": {"sleep": {"seconds": 5}}}),
    },
    "compiled artifact": {"modelArtifacts": {"compiled": "oci://registry.example/llama-fxb:1", "compiledPath": "llama.fxb"}},
    "hardened requester": {"profile": "llm-d", "requester": {"enable": True}, "presets": ["hardened"]},
    "hardened with containers of one's own": {
        "presets": ["hardened"],
        "decode": {"initContainers": [{"name": "warm-up", "image": "busybox:1.36"}]},
    },
    "requester": {"profile": "llm-d", "requester": {"enable": True}, "decode": {"replicas": 2, "annotations": {"team": "a"}}},
    "other accelerator": {"profile": "llm-d", "accelerator": {"type": "intel-xe"}, "decode": {"containers": [engine()]}},
    "other count": {"decode": {"containers": [engine(resources={"limits": {"furiosa.ai/rngd": "2"}})], "autoscaling": {"enabled": True}}},
    "routes": {"routing": {"inferencePool": {"create": True}, "httpRoute": {"create": True}, "parentRefs": [{"name": "gateway"}]}},
    "routes of Istio": {
        "profile": "llm-d",
        "tracing": {"enabled": True},
        "routing": {
            "parentRefs": [{"name": "gateway"}],
            "inferencePool": {"create": True, "failureMode": "FailOpen", "appProtocol": "http", "selector": {"llm-d.ai/model": "x"}},
            "httpRoute": {"create": True, "hostnames": ["x.example"], "headers": {"x-model": "x"}, "timeouts": {"request": "300s"}},
            "epp": {"create": True, "replicas": 2, "imagePullPolicy": "Always", "env": [{"name": "A", "value": "b"}]},
            "objectives": [{"name": "chat", "priority": 10}],
            "provider": "istio",
        },
    },
    "routes of GKE": {
        "routing": {
            "inferencePool": {"create": True},
            "epp": {"create": True, "flags": {"metrics-endpoint-auth": False}},
            "provider": "gke",
        }
    },
    "routes of agentgateway": {"routing": {"inferencePool": {"create": True}, "epp": {"create": True}, "provider": "agentgateway"}},
    "proxy of one's own": {
        "profile": "llm-d",
        "tracing": {"enabled": True},
        "routing": {
            "proxy": {
                "version": "0.10.0",
                "flags": {"metrics-port": 9100},
                "resources": {"requests": {"cpu": "1"}},
                "env": [
                    {"name": "LEVEL", "value": "1"},
                    {"name": "OTEL_SERVICE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                ],
            }
        },
    },
    "presets of workloads": {
        "profile": "llm-d",
        "presets": [
            {"name": "shm", "sizeLimit": "16Gi"},
            "rollout-in-place",
            "no-service-links",
            "disruption-budget",
            {"name": "network-policy", "rule": PEER},
            NEEDING["model-cache-pvc"],
            NEEDING["hpa"],
        ],
        "decode": {"containers": [engine(modelCommand="vllmServe", mountModelVolume=True)]},
    },
    "presets of groups": {
        "profile": "llm-d",
        "multinode": True,
        "presets": ["rollout-in-place", "host-cache", KEDA, "network-policy", "latest-guard"],
        "routing": {"proxy": {"image": "proxy:v0.7.1"}},
        "decode": {"containers": [engine(modelCommand="vllmServe", mountModelVolume=True)]},
        "prefill": {"create": False},
    },
    "transfer of vllm": {
        "profile": "llm-d",
        "presets": [{"name": "nixl", "loadFailurePolicy": "fail"}],
        "engine": {"image": "vllm:1", "modelCommand": "vllmServe"},
        "prefill": {"replicas": 1},
    },
    "transfer of sglang": {
        "profile": "llm-d",
        "presets": ["nixl"],
        "engine": {"image": "sglang:1", "modelCommand": "sglangServe"},
        "prefill": {"replicas": 1},
    },
    "encode": {
        "profile": "llm-d",
        "engine": {"image": "vllm:1", "modelCommand": "vllmServe"},
        "routing": {"proxy": {"version": "0.10"}},
        "tracing": {"enabled": True},
        "encode": {"create": True},
    },
    "encode before prefill": {
        "profile": "llm-d",
        "multinode": True,
        "engine": {"image": "vllm:1", "modelCommand": "vllmServe"},
        "routing": {"proxy": {"version": "0.10", "ecConnector": "ec-example"}},
        "prefill": {"replicas": 1},
        "encode": {"create": True, "monitoring": {"podmonitor": {"enabled": True}}},
    },
    "bucket and adapters": {
        "profile": "llm-d",
        "kubernetesVersion": "1.35",
        "modelArtifacts": {
            "name": "meta/llama",
            "uri": "s3://models/llama",
            "size": "20Gi",
            "s3": {"endpoint": "http://minio:9000", "region": "eu", "secretName": "keys", "image": "aws:1"},
            "lora": [
                {"name": "a", "uri": "hf://org/a"},
                {"name": "b", "uri": "pvc://adapters/b"},
                {"name": "c", "uri": "oci://reg/c:1"},
                {"name": "d", "uri": "s3://models/d"},
            ],
        },
        "engine": {"image": "vllm:1", "modelCommand": "vllmServe"},
    },
    "copied image": {
        "kubernetesVersion": "1.34",
        "modelArtifacts": {"name": "meta/llama", "uri": "oci://reg/m:1", "path": "weights", "size": "20Gi"},
    },
    "one set of roles": {
        "profile": "llm-d",
        "topology": "disaggregatedset",
        "disaggregatedSet": {"placementPolicy": {"type": "ExclusiveSlice", "topology": "kubernetes.io/hostname"}},
        "presets": [NEEDING["hpa"]],
        "engine": {"image": "vllm:1", "modelCommand": "vllmServe"},
        "prefill": {"replicas": 1},
    },
    "one set of roles, scaled by keda": {
        "profile": "llm-d",
        "topology": "disaggregatedset",
        "presets": [KEDA],
        "engine": {"image": "vllm:1", "modelCommand": "vllmServe"},
        "prefill": {"replicas": 1},
    },
    "guarded pods": {"presets": ["network-policy", "disruption-budget"]},
    "InfiniBand": {
        "profile": "llm-d",
        "presets": [{"name": "rdma-ib", "hca": "ibp"}],
        "decode": {"containers": [engine(modelCommand="vllmServe")]},
    },
    "RoCE": {"profile": "llm-d", "presets": ["gke-roce"], "decode": {"containers": [engine(modelCommand="vllmServe")]}},
    "EFA": {
        "profile": "llm-d",
        "presets": [{"name": "aws-efa", "privileged": True}],
        "decode": {"containers": [engine(modelCommand="vllmServe")]},
    },
    "NVLink": {
        "profile": "llm-d",
        "presets": [{"name": "mnnvl", "nodes": 2}],
        "decode": {"containers": [engine(modelCommand="vllmServe")]},
    },
    "TCP": {"profile": "llm-d", "presets": ["nixl-tcp"], "decode": {"containers": [engine(modelCommand="vllmServe")]}},
    "TCP of SGLang": {"profile": "llm-d", "presets": ["nixl-tcp"], "decode": {"containers": [engine(modelCommand="sglangServe")]}},
    "EFA of SGLang": {"profile": "llm-d", "presets": ["aws-efa"], "decode": {"containers": [engine(modelCommand="sglangServe")]}},
    "spread Deployments": {"presets": ["spread"]},
    "keda of a Deployment": {"presets": [KEDA]},
    "hpa of groups": {"multinode": True, "presets": [NEEDING["hpa"]]},
    "extra objects": {"extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-extra"}}]},
    "own overlay": {
        "overlays": [overlay({"target": "container", "patch": {"image": "mirror.example/engine:1"}})],
        **decode(),
    },
    "disabled": {"enabled": False},
}
