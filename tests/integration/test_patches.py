"""A Patches config under the real kpt and kustomize: it patches what is there, again and again, and nothing else changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import Build, Kpt
from tests.integration.folders import BY_HAND, KPTFILE, KUSTOMIZATION, container, head_of, model_service, objects, read, write

ROOT = Path(__file__).resolve().parents[2]

PIPELINE = (
    KPTFILE
    + """\
  mutators:
    - exec: modelservice-fn
    - exec: modelservice-fn
      configPath: patches.yaml
"""
)
HEAD = head_of("Patches", "own", "mine") + "spec:\n"
PATCHES = (
    HEAD
    + """\
  # One of each kind.
  patches:
    - target: {kind: Deployment, labelSelector: app=web}
      patch:
        spec:
          template:
            spec:
              containers:
                - name: side
                  image: side:2
    - patch: |
        kind: ConfigMap
        metadata:
          name: web
        data:
          mode: "0644"
    - target: {kind: ServiceAccount, name: chat}
      patch:
        - {op: add, path: /automountServiceAccountToken, value: false}
    - target:
        annotationSelector: modelservice.llm-d.ai/generated-from=chat
        kind: Deployment
      patch: {spec: {replicas: 4}}
"""
)
WEB = """\
# The front.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # short
  labels: {app: 'web'}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      # In this order.
      containers:
        - name: side # first
          image: "side:1"
        - name: main
          image: "main:1" # pinned
"""
USER = (
    BY_HAND
    + """\
  mode: '0755'
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  mode: '0755'
"""
)
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  annotations:
    config.kubernetes.io/local-config: "true"
data:
  a: 'b'
"""
PACKAGE = {
    "Kptfile": PIPELINE,
    "chat.yaml": "# Mine.\n" + model_service("chat"),
    "patches.yaml": PATCHES,
    "web.yaml": WEB,
    "user.yaml": USER,
    "settings.yaml": SETTINGS,
}
GENERATED = {"chat.generated.yaml", ".modelservice/chat.yaml"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a package with a ModelService, objects of the user and patches of both."""
    return write(tmp_path / "models", PACKAGE)


def test_a_package_is_patched_once_and_stays_so(kpt_fn: Kpt, package: Path) -> None:
    """Patches reach what is generated and what is not; comments stay, other files too, and a second and third run change no byte."""
    before = read(package)
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    first = read(package)
    assert {name for name in first if first[name] != before.get(name)} == {"web.yaml", "user.yaml", *GENERATED}
    web = first["web.yaml"].decode()
    for text in ("# The front.", "# short", "# In this order.", "# first", "# pinned", "image: side:2"):
        assert text in web
    assert first["user.yaml"].decode() == USER.replace("name: web\ndata:\n  mode: '0755'", 'name: web\ndata:\n  mode: "0644"')
    generated = objects(first["chat.generated.yaml"].decode())
    assert generated["Deployment/chat-decode"]["spec"]["replicas"] == 4
    assert generated["ServiceAccount/chat"]["automountServiceAccountToken"] is False
    for _ in range(2):
        run = kpt_fn("render", "models", "--allow-exec")
        assert run.returncode == 0, run.stderr
        assert "[warning]" not in run.stderr
        assert read(package) == first


def test_what_was_patched_stays_when_the_service_changes(kpt_fn: Kpt, package: Path) -> None:
    """A change of the ModelService reaches the patched object, and what the patch set stays beside it."""
    assert kpt_fn("render", "models", "--allow-exec").returncode == 0
    write(package, {"chat.yaml": PACKAGE["chat.yaml"].replace("furiosa-llm:1.0", "furiosa-llm:1.1")})
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    deployment = objects(read(package)["chat.generated.yaml"].decode())["Deployment/chat-decode"]
    assert container(deployment, "engine")["image"].endswith("furiosa-llm:1.1")
    assert deployment["spec"]["replicas"] == 4


def test_a_patch_for_nothing_changes_nothing(kpt_fn: Kpt, package: Path) -> None:
    """The package stays as it is, and kpt shows the patch and what there is."""
    write(package, {"patches.yaml": PATCHES + "    - {target: {kind: StatefulSet}, patch: {spec: {replicas: 1}}}\n"})
    before = read(package)
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode != 0
    assert read(package) == before
    assert "[error] modelservice.llm-d.ai/v1alpha1/Patches/own spec.patches[4].target: no object fits kind StatefulSet" in run.stderr
    assert "Deployment web" in run.stderr


def test_what_a_patch_breaks_is_told_at_the_patch(kpt_fn: Kpt, package: Path) -> None:
    """A field that Kubernetes does not know is an error of the patch that brings it."""
    write(package, {"patches.yaml": PATCHES + "    - {target: {name: web, kind: Deployment}, patch: {spec: {replcas: 1}}}\n"})
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode != 0
    assert "Patches/own spec.patches[4].patch.spec.replcas:" in run.stderr


@pytest.mark.parametrize("target", ["{}", "{name: .*}", "{namespace: default}"])
def test_an_open_target_leaves_configs_alone(kpt_fn: Kpt, package: Path, target: str) -> None:
    """Neither Kptfile nor ModelService, Patches, records or a function's settings change with a target for all objects."""
    write(package, {"patches.yaml": f"{HEAD}  patches:\n    - target: {target}\n      patch: {{metadata: {{labels: {{hit: 'yes'}}}}}}\n"})
    before = read(package)
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    first = read(package)
    assert {name for name in first if first[name] != before.get(name)} == {"web.yaml", "user.yaml", *GENERATED}
    assert b"hit" not in first[".modelservice/chat.yaml"]
    assert kpt_fn("render", "models", "--allow-exec").returncode == 0
    assert read(package) == first


def test_what_a_patch_deletes_stays_away(kpt_fn: Kpt, package: Path) -> None:
    """Of what is generated it is deleted each time, of other files once: the next run finds nothing, which is no error then."""
    deletes = """\
  patches:
    - {target: {kind: ServiceAccount}, patch: {$patch: delete}}
    - {target: {kind: ConfigMap, name: user}, patch: {$patch: delete}}
"""
    write(package, {"patches.yaml": HEAD + deletes})
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    first = read(package)
    assert set(objects(first["chat.generated.yaml"].decode())) == {"Deployment/chat-decode"}
    assert set(objects(first["user.yaml"].decode())) == {"ConfigMap/web"}
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    assert (
        "[info] modelservice.llm-d.ai/v1alpha1/Patches/own spec.patches[1].target: no object fits kind ConfigMap, name user" in run.stderr
    )
    assert read(package) == first


def test_evaluation_with_patches_from_elsewhere(kpt_fn: Kpt, tmp_path: Path) -> None:
    """`kpt fn eval --fn-config` patches a package that has no pipeline."""
    write(
        tmp_path,
        {
            "models/web.yaml": WEB,
            "models/user.yaml": USER,
            "own.yaml": HEAD + "  patches: [{target: {name: user}, patch: {data: {a: b}}}]\n",
        },
    )
    run = kpt_fn("eval", "models", "--exec", "modelservice-fn", "--fn-config", "own.yaml")
    assert run.returncode == 0, run.stderr
    after = read(tmp_path / "models")
    assert after["web.yaml"].decode() == WEB
    assert after["user.yaml"].decode() == USER.replace('"user"', "user").replace("'0755'\n---", '"0755"\n  a: b\n---')


def test_the_shipped_patches(kpt_fn: Kpt, tmp_path: Path) -> None:
    """plugins/kpt/patches.yaml works in the package that it comes with, once it is in the pipeline as its README says."""
    package = tmp_path / "models"
    shutil.copytree(ROOT / "plugins" / "kpt", package)
    entry = "  - exec: modelservice-fn\n    configPath: patches.yaml\n"
    kptfile = (package / "Kptfile").read_text(encoding="utf-8")
    assert "  validators:\n" in kptfile
    write(package, {"Kptfile": kptfile.replace("  validators:\n", f"{entry}  validators:\n")})
    before = read(package)
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    assert "Results" not in run.stderr
    first = read(package)
    assert {name: first[name] for name in before} == before
    assert objects(first["llama-8b.generated.yaml"].decode())["Deployment/llama-8b-decode"]["metadata"]["labels"]["team"] == "inference"
    assert kpt_fn("render", "models", "--allow-exec").returncode == 0
    assert read(package) == first


def test_a_transformer_of_kustomize(kustomize_build: Build, tmp_path: Path) -> None:
    """Under `transformers:` it patches resources and what generators made, LeaderWorkerSets by Kubernetes' keys; prefixes stay."""
    patches = """\
  patches:
    - target: {kind: LeaderWorkerSet}
      patch: {spec: {leaderWorkerTemplate: {workerTemplate: {spec: {containers: [{name: engine, tty: true}]}}}}}
    - patch: {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: b}}
"""
    kustomization = (
        "resources: [user.yaml]\ngenerators: [chat.yaml]\ntransformers: [patches.yaml]\n"
        "configMapGenerator: [{name: made, literals: [a=b]}]\n"
    )
    service = model_service("chat", more="multinode: true\nchecks: {furiosa-multinode: off}\n")
    write(
        tmp_path,
        {"base/chat.yaml": service, "base/user.yaml": USER, "base/patches.yaml": HEAD + patches, f"base/{KUSTOMIZATION}": kustomization},
    )
    write(tmp_path, {KUSTOMIZATION: "resources: [base]\nnamePrefix: own-\n"})
    run = kustomize_build(tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    built = objects(run.stdout)
    engine = built["LeaderWorkerSet/own-chat-decode"]["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]
    assert (engine["tty"], bool(engine["image"])) == (True, True)
    assert built["ConfigMap/own-web"]["data"] == {"mode": "0755", "a": "b"}
    assert built["ConfigMap/own-user"]["data"] == {"mode": "0755"}
    assert any(name.startswith("ConfigMap/own-made-") for name in built), "the hash of its name is gone"


def test_a_transformer_that_fails(kustomize_build: Build, tmp_path: Path) -> None:
    """A patch that finds nothing fails the build, and stderr says which."""
    write(tmp_path, {"user.yaml": USER, "patches.yaml": HEAD + "  patches: [{target: {kind: Pod}, patch: {spec: {a: b}}}]\n"})
    write(tmp_path, {KUSTOMIZATION: "resources: [user.yaml]\ntransformers: [patches.yaml]\n"})
    run = kustomize_build(tmp_path)
    assert run.returncode != 0
    assert "error: Patches own: spec.patches[0].target: no object fits kind Pod; there are: ConfigMap user, ConfigMap web" in run.stderr
