"""Whole pipelines under the real kpt: run again and again, switched, edited by hand, pruned, checked, and beside other functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Kpt
from tests.integration.folders import BY_HAND, KPTFILE, container, head_of, model_service, objects, read, stream, write

ROOT = Path(__file__).resolve().parents[2]

PIPELINE = (
    KPTFILE
    + """\
  # All ModelServices of the package.
  mutators:
    - exec: modelservice-fn # on PATH
"""
)
VALIDATED = PIPELINE + "  validators:\n    - exec: modelservice-fn\n      configPath: validation.yaml\n"
VALIDATION = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Validation
metadata:
  name: validation
  annotations:
    config.kubernetes.io/local-config: "true"
spec: {}
"""
# Comments at the top, at the end of lines and between keys; quotes, a block scalar, an anchor: in the style that kpt itself keeps.
CHAT = (
    "# The chat model.\n"
    + head_of("ModelService", "chat", "short").replace("  annotations:\n", "  annotations:\n    # For kustomize, too.\n")
    + """\
spec:
  profile: 'llm-d' # vLLM
  multinode: false # one node will do
  modelArtifacts: {name: org/chat, size: 20Gi} # from the hub
  prefill: {create: false}
  routing:
    proxy: {enabled: false}
  # How it runs.
  decode:
    replicas: &replicas 2
    containers:
      - name: engine
        image: "registry.example.com/vllm:1.0"
        modelCommand: vllmServe
        mountModelVolume: true
        env:
          - name: SCRIPT
            value: |
              # no comment
              echo "$HOME"
          - name: OWN
            value: "on" # stays text
"""
)
CODE = "# Written by hand.\n" + model_service("code")
USER = (
    BY_HAND
    + """\
  text: &anchored "a: b"
  again: *anchored
  mode: '0755'
"""
)
KUSTOMIZATION = """\
# No kind, no name: kpt hands it over all the same.
resources:
  - user.yaml # ours
"""
PACKAGE = {"Kptfile": PIPELINE, "chat.yaml": CHAT, "code.yaml": CODE, "user.yaml": USER, "kustomization.yaml": KUSTOMIZATION}
OUTPUT, RECORD = "chat.generated.yaml", ".modelservice/chat.yaml"
# A function that does to each object what it is told to: set its namespace.
OTHER_FUNCTION = f"""\
#!{sys.executable}
import sys
from modelservice.krm import Item, read_resource_list, write_resource_list
given = read_resource_list(sys.stdin.buffer.read())
for index, item in enumerate(given.items):
    if item.value.get("kind") not in SKIPPED:
        given.items[index] = Item({{**item.value, "metadata": {{**item.value["metadata"], "namespace": "serving"}}}})
sys.stdout.buffer.write(write_resource_list(given))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a package with two ModelServices and more, not yet rendered."""
    return write(tmp_path / "models", PACKAGE)


@pytest.fixture
def render(kpt_fn: Kpt, package: Path) -> Callable[[], dict[str, bytes]]:
    """Return a function that renders the package, which succeeds, and returns its files."""

    def render() -> dict[str, bytes]:
        run = kpt_fn("render", "models", "--allow-exec")
        assert run.returncode == 0, run.stderr
        return read(package)

    return render


Render = Callable[[], dict[str, bytes]]


def test_render_three_times(render: Render, package: Path) -> None:
    """The first run adds one file a ModelService and its record; the second and the third change no byte of any file."""
    before = read(package)
    first = render()
    assert {name: first[name] for name in before} == before
    assert set(first) - set(before) == {OUTPUT, RECORD, "code.generated.yaml", ".modelservice/code.yaml"}
    assert set(objects(first[OUTPUT].decode())) == {"ServiceAccount/chat", "Deployment/chat-decode"}
    assert render() == first
    assert render() == first


def test_switch_to_several_nodes(render: Render, package: Path) -> None:
    """With multinode on, the Deployment is gone and a LeaderWorkerSet there; no other object, and no other file, changes."""
    before = render()
    _replace(package / "chat.yaml", "multinode: false", "multinode: true")
    after = render()
    assert {name for name in after if after[name] != before.get(name)} == {"chat.yaml", OUTPUT, RECORD}
    assert set(after) == set(before)
    old, new = objects(before[OUTPUT].decode()), objects(after[OUTPUT].decode())
    assert set(new) == {"ServiceAccount/chat", "LeaderWorkerSet/chat-decode"}
    assert new["ServiceAccount/chat"] == old["ServiceAccount/chat"]
    assert render() == after


def test_a_replica_count_by_hand_survives(render: Render, package: Path) -> None:
    """Replicas edited in the generated file stay, with their comment: over runs, a change of the ModelService, and the switch of kind."""
    render()
    _replace(package / OUTPUT, "replicas: 2", "replicas: 7 # as many as we have")
    _replace(package / "chat.yaml", "vllm:1.0", "vllm:1.1")
    edited = render()[OUTPUT].decode()
    assert "replicas: 7 # as many as we have" in edited
    deployment = objects(edited)["Deployment/chat-decode"]
    assert container(deployment, "engine")["image"] == "registry.example.com/vllm:1.1"
    assert render()[OUTPUT].decode() == edited
    _replace(package / "chat.yaml", "multinode: false", "multinode: true")
    assert objects(render()[OUTPUT].decode())["LeaderWorkerSet/chat-decode"]["spec"]["replicas"] == 7


def test_a_conflict_names_both_values(kpt_fn: Kpt, render: Render, package: Path) -> None:
    """Where hand and ModelService change one field, the hand's stays; a warning names the field and both values, as long as it stands."""
    render()
    _replace(package / OUTPUT, "replicas: 2", "replicas: 7")
    _replace(package / "chat.yaml", "replicas: &replicas 2", "replicas: &replicas 3")
    told = []
    for _ in range(3):
        run = kpt_fn("render", "models", "--allow-exec")
        assert run.returncode == 0
        (line,) = [line for line in run.stderr.splitlines() if "[warning]" in line]
        assert "apps/v1/Deployment/chat-decode spec.replicas" in line
        assert "7" in line
        assert "3" in line
        told.append((line, read(package)))
    assert told[0] == told[1] == told[2]
    assert objects((package / OUTPUT).read_text(encoding="utf-8"))["Deployment/chat-decode"]["spec"]["replicas"] == 7


def test_what_a_removed_service_left_goes(render: Render, package: Path) -> None:
    """Without its ModelService, what was generated from it and its record are removed; every other file stays."""
    before = render()
    (package / "chat.yaml").unlink()
    assert render() == {name: text for name, text in before.items() if name not in ("chat.yaml", OUTPUT, RECORD)}
    (package / "code.yaml").unlink()
    for _ in range(3):  # the run that cleans up, and those that have nothing to do
        assert set(render()) == {"Kptfile", "user.yaml", "kustomization.yaml"}


def test_a_package_without_a_service(kpt_fn: Kpt, tmp_path: Path) -> None:
    """A pipeline that finds no ModelService says so, and succeeds; no file changes, and none comes."""
    package = write(tmp_path / "models", {"Kptfile": PIPELINE, "user.yaml": USER})
    before = read(package)
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    assert "[info]" in run.stderr
    assert "there is no ModelService" in run.stderr
    assert read(package) == before


@pytest.mark.parametrize(
    "path", ["chat.yaml", "code.yaml", ".modelservice/chat.yaml", ".git/config.yaml", "../out.yaml", "kustomization.yaml"]
)
def test_a_file_that_objects_must_not_go_into(kpt_fn: Kpt, package: Path, path: str) -> None:
    """The path annotation cannot lead into a config, the records or another tool's folder: an error, and no file changes."""
    _replace(package / "chat.yaml", "  annotations:\n", f"  annotations:\n    modelservice.llm-d.ai/path: {path}\n")
    before = read(package)
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode != 0
    assert f"metadata.annotations[modelservice.llm-d.ai/path]: is '{path}'" in run.stderr
    assert read(package) == before


def test_no_secret_is_in_a_record(render: Render, package: Path) -> None:
    """Neither what a Secret holds, nor a token in a pod; edits of both stay, in every run."""
    variable = "          - name: HF_TOKEN\n            value: hf_literal\n"
    objects_of_own = "  extraObjects:\n    - {apiVersion: v1, kind: Secret, metadata: {name: pin}, stringData: {pin: '4711'}}\n"
    text = (package / "chat.yaml").read_text(encoding="utf-8")
    write(package, {"chat.yaml": text.replace("        env:\n", "        env:\n" + variable) + objects_of_own})
    first = render()
    assert "hf_literal" in first[OUTPUT].decode()
    assert not any(word in first[RECORD].decode() for word in ("hf_literal", "4711", "sha256"))
    assert render() == first
    _replace(package / OUTPUT, "hf_literal", "hf_by_hand")
    edited = render()
    assert edited == {**first, OUTPUT: first[OUTPUT].replace(b"hf_literal", b"hf_by_hand")}


def test_a_removed_role_goes(render: Render, package: Path) -> None:
    """An object that its ModelService no longer generates is removed; the others stay in the file, as they were."""
    text = (package / "chat.yaml").read_text(encoding="utf-8")
    write(package, {"chat.yaml": text.replace("prefill: {create: false}", "prefill: {replicas: 1, containers: [{name: p, image: 'p:1'}]}")})
    with_prefill = objects(render()[OUTPUT].decode())
    assert "Deployment/chat-prefill" in with_prefill
    write(package, {"chat.yaml": text})
    assert objects(render()[OUTPUT].decode()) == {name: each for name, each in with_prefill.items() if name != "Deployment/chat-prefill"}


def test_one_service_by_its_file(render: Render, package: Path) -> None:
    """With a configPath the function is about that ModelService alone: what the others became stays, and is not made anew."""
    before = render()
    write(package, {"Kptfile": PIPELINE + "      configPath: chat.yaml\n"})
    _replace(package / "chat.yaml", "vllm:1.0", "vllm:1.1")
    _replace(package / "code.yaml", "furiosa-llm:1.0", "furiosa-llm:1.1")
    after = render()
    assert {name for name in after if after[name] != before[name]} == {"Kptfile", "chat.yaml", "code.yaml", OUTPUT, RECORD}
    assert set(after) == set(before)
    assert render() == after


def test_a_file_of_choice(render: Render, package: Path) -> None:
    """The path annotation chooses the file; what was elsewhere moves there, with its edits, and then stays."""
    before = render()
    _replace(package / OUTPUT, "replicas: 2", "replicas: 7 # mine")
    _replace(package / "chat.yaml", "  annotations:\n", "  annotations:\n    modelservice.llm-d.ai/path: out/all.yaml\n")
    after = render()
    assert set(after) == {*before, "out/all.yaml"} - {OUTPUT}
    assert objects(after["out/all.yaml"].decode())["Deployment/chat-decode"]["spec"]["replicas"] == 7
    assert {name for name in set(after) & set(before) if after[name] != before[name]} == {"chat.yaml"}
    assert render() == after


def test_a_collision_changes_nothing(kpt_fn: Kpt, package: Path) -> None:
    """A hand-written object of a generated one's kind and name is an error that names its file, and the package stays as it is."""
    hand = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: chat # mine\n"
    before = read(write(package, {"mine/account.yaml": hand}))
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode != 0
    assert (
        "[error] modelservice.llm-d.ai/v1alpha1/ModelService/chat: ServiceAccount chat is there already in mine/account.yaml" in run.stderr
    )
    assert read(package) == before


def test_presets_by_argument(kpt_fn: Kpt, render: Render, package: Path) -> None:
    """`-- presets=probes` applies to every ModelService of the package for that run; fields are set by their paths."""
    before = render()
    run = kpt_fn("eval", "models", "--exec", "modelservice-fn", "--", "presets=probes", "decode.replicas=5")
    assert run.returncode == 0, run.stderr
    after = read(package)
    assert {name for name in after if after[name] != before[name]} == {name for name in after if "generated" in name or "/" in name}
    for name in ("chat", "code"):
        deployment = objects(after[f"{name}.generated.yaml"].decode())[f"Deployment/{name}-decode"]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container(deployment, "engine"))
        assert deployment["spec"]["replicas"] == 5


def test_presets_with_parameters_by_argument(kpt_fn: Kpt, render: Render, package: Path) -> None:
    """`-- presets=…` gives values, too; a mistake in one is told, and changes nothing."""
    before = render()
    wrong = {
        "shm:sizeLimit=16": "spec.presets[1].sizeLimit",
        "shm:sizelimit=16Gi": "did you mean sizeLimit?",
        "model-cache-pvc": "spec.presets[1].claim",
        "model-cache-pvc:claim=m, host-cache": "goes not together with preset model-cache-pvc",
    }
    for text, told in wrong.items():
        run = kpt_fn("eval", "models", "--exec", "modelservice-fn", "--", f"presets=probes, {text}")
        assert run.returncode != 0
        assert told in run.stderr
        assert read(package) == before
    run = kpt_fn("eval", "models", "--exec", "modelservice-fn", "--", "presets=probes, shm:sizeLimit=16Gi, no-service-links")
    assert run.returncode == 0, run.stderr
    for name in ("chat", "code"):
        pod = objects(read(package)[f"{name}.generated.yaml"].decode())[f"Deployment/{name}-decode"]["spec"]["template"]["spec"]
        assert {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}} in pod["volumes"]
        assert pod["enableServiceLinks"] is False


def test_a_wrong_argument_is_told(kpt_fn: Kpt, package: Path) -> None:
    """An unknown preset or field given by argument is an error of each ModelService, and changes nothing."""
    before = read(package)
    run = kpt_fn("eval", "models", "--exec", "modelservice-fn", "--", "presets=probs", "decode.replica=5")
    assert run.returncode != 0
    assert "spec.presets" in run.stderr
    assert "probes" in run.stderr
    assert "spec.decode.replica" in run.stderr
    assert read(package) == before


def test_results_are_kept_whole(kpt_fn: Kpt, package: Path, tmp_path: Path) -> None:
    """`--results-dir` has every result of the function's own answer: severity, resource, field and check, errors and warnings alike."""
    recorder = f"#!/bin/sh\nmodelservice-fn > '{tmp_path}/answer.yaml'\ncode=$?\ncat '{tmp_path}/answer.yaml'\nexit $code\n"
    _command(tmp_path, "recorder", recorder)
    write(package, {"chat.yaml": CHAT.replace("vllm:1.0", "vllm:latest"), "code.yaml": CODE.replace("decode:", "decodes:")})
    run = kpt_fn("eval", "models", "--exec", "recorder", "--results-dir", "results")
    assert run.returncode != 0
    (answer,) = stream((tmp_path / "answer.yaml").read_text(encoding="utf-8"))
    (kept,) = stream((tmp_path / "results" / "results.yaml").read_text(encoding="utf-8"))
    (function,) = kept["items"]
    assert kept["exitCode"] == function["exitCode"] == 1
    assert {result["severity"] for result in answer["results"]} == {"error", "warning"}
    assert function["results"] == answer["results"]


def test_evaluation_into_an_empty_folder(kpt_fn: Kpt, tmp_path: Path) -> None:
    """`eval` with a ModelService from elsewhere fills an empty package with block YAML, and may run again."""
    write(tmp_path, {"models/.keep": "", "chat.yaml": CHAT})
    call = ("eval", "models", "--exec", "modelservice-fn", "--fn-config", "chat.yaml")
    assert kpt_fn(*call).returncode == 0
    first = read(tmp_path / "models")
    assert set(first) == {".keep", OUTPUT, RECORD}
    assert first[OUTPUT].startswith(b"apiVersion: ")
    run = kpt_fn(*call)
    assert run.returncode == 0, run.stderr
    assert read(tmp_path / "models") == first


def test_subpackages(kpt_fn: Kpt, render: Render, package: Path) -> None:
    """A package inside the package keeps its files to itself, whether it has a pipeline or not, and over runs nothing moves or doubles."""
    inner = {"inner/Kptfile": PIPELINE.replace("name: models", "name: inner"), "inner/voice.yaml": model_service("voice")}
    plain = PIPELINE[: PIPELINE.index("pipeline:")].replace("name: models", "name: plain")
    before = read(write(package, {**inner, "plain/Kptfile": plain, "plain/image.yaml": model_service("image")}))
    first = render()
    assert {name: first[name] for name in before} == before
    names = {"chat", "code", "inner/voice", "plain/image"}
    records = {f"{Path(name).parent}/.modelservice/{Path(name).name}.yaml".removeprefix("./") for name in names}
    assert set(first) - set(before) == {f"{name}.generated.yaml" for name in names} | records
    assert render() == first
    assert kpt_fn("render", "models/inner", "--allow-exec").returncode == 0
    assert read(package) == first


@pytest.mark.parametrize("skipped", [("Kptfile",), ("Kptfile", "ModelService", "LastGenerated")], ids=["all", "not local-config"])
def test_beside_another_function(skipped: tuple[str, ...], render: Render, package: Path, tmp_path: Path) -> None:
    """What a later function sets, a namespace, stays; with both in the pipeline, a second and third run change no byte."""
    _command(tmp_path, "set-namespace", OTHER_FUNCTION.replace("SKIPPED", repr(skipped)))
    (package / "kustomization.yaml").unlink()
    write(package, {"Kptfile": PIPELINE + "    - exec: set-namespace\n"})
    first = render()
    generated = [each for name, text in first.items() if "generated" in name for each in stream(text.decode())]
    assert {each["metadata"]["namespace"] for each in generated} == {"serving"}
    assert render() == first
    assert render() == first
    _replace(package / "chat.yaml", "multinode: false", "multinode: true")
    switched = render()
    assert set(switched) == set(first)
    (workload,) = [each for each in stream(switched[OUTPUT].decode()) if each["kind"] == "LeaderWorkerSet"]
    assert workload["metadata"]["namespace"] == "serving"


def test_a_preset_of_the_package(render: Render, package: Path) -> None:
    """An Overlay of the package is a preset that its ModelServices name, or applies where it says when; it stays as it is."""
    overlay = """\
# Ours.
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Overlay
metadata:
  name: local-nvme # a disk
  annotations:
    config.kubernetes.io/local-config: "true"
spec:
  patches:
    - target: pod
      patch:
        spec: {nodeSelector: {disk: nvme}}
"""
    write(package, {"overlays/nvme.yaml": overlay, "chat.yaml": CHAT.replace("spec:\n", "spec:\n  presets: [local-nvme]\n", 1)})
    before = read(package)
    first = render()
    assert {name: first[name] for name in before} == before
    selectors = [
        objects(first[f"{name}.generated.yaml"].decode())[f"Deployment/{name}-decode"]["spec"]["template"]["spec"].get("nodeSelector")
        for name in ("chat", "code")
    ]
    assert selectors == [{"disk": "nvme"}, None]
    assert render() == first


POOL = """\
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata:
  name: chat
spec:
  selector: {matchLabels: {llm-d.ai/role: decode}}
  targetPorts: [{number: 8001}]
  endpointPickerRef: {name: epp, port: {number: 9002}}
"""


def test_a_pool_off_by_one_fails(kpt_fn: Kpt, package: Path) -> None:
    """As a validator, a Validation fails a package whose InferencePool sends to a port that is not served, and names both numbers."""
    write(package, {"Kptfile": VALIDATED, "validation.yaml": VALIDATION, "pool.yaml": POOL})
    (package / "code.yaml").unlink()
    before = read(package)
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode != 0
    errors = [line for line in run.stderr.splitlines() if "[error]" in line]
    assert errors
    assert all("inference.networking.k8s.io/v1/InferencePool/chat spec.targetPorts[0].number: is 8001" in line for line in errors)
    assert all("Deployment chat-decode serve 8000" in line for line in errors)
    assert read(package) == before
    _replace(package / "pool.yaml", "8001", "8000")
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr


def test_a_validation_alone(kpt_fn: Kpt, tmp_path: Path) -> None:
    """A Validation looks at resources that no ModelService generated, too, changes none, and has the severities that it gives."""
    pods = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: own}
spec:
  selector: {matchLabels: {llm-d.ai/role: decode}}
  template:
    metadata: {labels: {llm-d.ai/role: decode}}
    spec: {containers: [{name: own, image: "own:1", ports: [{containerPort: 8000}]}]}
"""
    kptfile = VALIDATED.replace("  mutators:\n    - exec: modelservice-fn # on PATH\n", "")
    package = tmp_path / "models"
    before = read(write(package, {"Kptfile": kptfile, "validation.yaml": VALIDATION, "pods.yaml": pods, "pool.yaml": POOL}))
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode != 0
    assert "is 8001, and the pods of Deployment own serve 8000" in run.stderr
    _replace(package / "validation.yaml", "spec: {}", "spec: {checks: {inference-pool: warning}, external: [Service/epp]}")
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("[warning]") == 1
    assert {name: text for name, text in read(package).items() if name != "validation.yaml"} == {
        name: text for name, text in before.items() if name != "validation.yaml"
    }


def test_the_shipped_pipeline(kpt_fn: Kpt, tmp_path: Path) -> None:
    """plugins/kpt generates and validates in silence; its ModelService may have any number of neighbours."""
    package = write(tmp_path / "models", {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "kpt").iterdir()})
    before = read(write(package, {"code.yaml": CODE}))
    run = kpt_fn("render", "models", "--allow-exec")
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("[PASS]") == 2
    assert "Results" not in run.stderr
    after = read(package)
    assert {name: after[name] for name in before} == before
    assert {"llama-8b.generated.yaml", "code.generated.yaml"} <= set(after)


def _replace(file: Path, old: str, new: str) -> None:
    """Replace `old`, which is in the file once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def _command(folder: Path, name: str, text: str) -> None:
    """Write a command into the folder `bin`."""
    write(folder, {f"bin/{name}": text})
    (folder / "bin" / name).chmod(0o755)
