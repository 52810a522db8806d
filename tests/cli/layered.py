"""A ModelService that every kind of layer says something of."""

from __future__ import annotations

from pathlib import Path

from tests.integration.folders import write

SERVICE = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: ModelService
metadata: {name: llama}
spec:
  profile: acme
  presets: [{name: shm, sizeLimit: 8Gi}, own-preset]
  modelArtifacts: {name: org/model, size: 50Gi}
  engine:
    image: "e:v0.18.0"
    env: {B: "2"}
    flags: {max-model-len: 100}
  routing: {proxy: {enabled: false}, inferencePool: {create: true}, httpRoute: {create: true}, parentRefs: [{name: g}]}
  external: [Service/llama-epp, Gateway/g]
  decode:
    replicas: 2
    extraConfig: {hostNetwork: true}
    monitoring: {podmonitor: {enabled: true, portName: http}}
    engine: {ports: {http: 8000}, extraConfig: {terminationMessagePath: /x}}
  prefill: {create: false}
  extraObjects:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: notes}, data: {a: "1", text: "one # two\\nthree\\n"}}
  overlays:
  - apiVersion: modelservice.llm-d.ai/v1alpha1
    kind: Overlay
    metadata: {name: inline}
    spec:
      patches:
      - {target: pod, patch: {spec: {shareProcessNamespace: true}}}
      - {target: container, flags: {seed: 1}}
  patches:
  - target: {role: decode, part: container}
    patch: {env: [{name: LAST, value: "1"}], image: "patched:v0.18.0"}
  - target: {kind: ServiceAccount}
    patch: [{op: add, path: /metadata/annotations, value: {a: b}}]
"""
BESIDE = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Profile
metadata: {name: acme}
spec:
  extends: llm-d
  defaults:
    engine: {modelCommand: vllmServe, image: "acme:v0.18.0", env: {A: "1", B: "1"}}
    decode: {replicas: 3, nodeSelector: {pool: gpu}}
    patches: [{target: {kind: Deployment}, patch: [{op: add, path: /spec/revisionHistoryLimit, value: 3}]}]
---
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Overlay
metadata: {name: own-preset}
spec:
  parameters: {level: {type: string, default: info, description: x}}
  patches:
  - {target: container, patch: {env: [{name: LEVEL, value: "${preset.level}"}]}}
"""
LAYER = "decode: {replicas: 4}\n"
EXTRA = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Overlay
metadata: {name: extra}
spec:
  patches: [{target: pod, patch: {spec: {setHostnameAsFQDN: true}}}]
"""


def arguments(folder: Path) -> list[str]:
    """Write the files; return the arguments that give them to a command, and change them."""
    write(folder, {"llama.yaml": SERVICE, "beside.yaml": BESIDE, "layer.yaml": LAYER, "extra.yaml": EXTRA})
    files = [str(folder / "llama.yaml"), str(folder / "beside.yaml")]
    return [*files, "-f", str(folder / "layer.yaml"), "--overlay", str(folder / "extra.yaml"), "--preset", "probes", "--set", "drain=60"]
