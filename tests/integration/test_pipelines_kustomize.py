"""Whole pipelines under the real kustomize, of the folders in plugins/kustomize: generators, transformers and validators, in layers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.integration.folders import COMPONENT, KUSTOMIZATION, Map, container, model_service, objects, write

Run = subprocess.CompletedProcess[str]
Tree = Callable[[Mapping[str, str]], Path]
Build = Callable[[Path], Run]

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "kustomize"
MULTINODE = """\
profile: llm-d
multinode: true
modelArtifacts: {name: org/NAME, size: 20Gi, labels: {llm-d.ai/model: NAME}}
prefill: {create: false}
routing:
  proxy: {enabled: false}
  inferencePool: {create: true, endpointPicker: picker}
decode:
  containers: [{name: engine, image: "registry.example.com/vllm:1.0", modelCommand: vllmServe, mountModelVolume: true}]
"""
PICKER = """\
apiVersion: v1
kind: Service
metadata: {name: picker}
spec: {ports: [{port: 9002}]}
"""
POOL = """\
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: own}
spec:
  selector: {matchLabels: {llm-d.ai/role: decode}}
  targetPorts: [{number: NUMBER}]
  endpointPickerRef: {name: picker, port: {number: 9002}}
"""
OVERLAY = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Overlay
metadata: {name: nvme, annotations: {config.kubernetes.io/local-config: "true"}}
spec:
  patches: [{target: pod, patch: {spec: {nodeSelector: {disk: nvme}}}}]
"""
REPLICAS = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: ModelService
metadata: {name: a}
spec: {decode: {replicas: 3}}
"""
TWO = {"a.yaml": model_service("a"), "b.yaml": model_service("b")}
DEPLOYMENTS = {"ServiceAccount/a", "Deployment/a-decode", "ServiceAccount/b", "Deployment/b-decode"}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a function that writes a folder of the given files, with what we ship for kustomize in `plugins`."""

    def tree(files: Mapping[str, str]) -> Path:
        shutil.copytree(PLUGINS, tmp_path / "plugins")
        return write(tmp_path, files)

    return tree


@pytest.fixture
def built(kustomize_build: Build) -> Callable[[Path], dict[str, Map]]:
    """Return a function that builds a folder, which succeeds in silence, and returns the objects."""

    def built(folder: Path) -> dict[str, Map]:
        run = kustomize_build(folder)
        assert (run.returncode, run.stderr) == (0, "")
        return objects(run.stdout)

    return built


Built = Callable[[Path], dict[str, Map]]


def test_a_base_with_overlays_and_components(tree: Tree, built: Built) -> None:
    """A base generates once; overlays, with a component they share, differ in names, labels, replicas and patches, references intact."""
    change = """\
patches:
- target: {kind: LeaderWorkerSet}
  patch: |
    - {op: replace, path: /spec/leaderWorkerTemplate/size, value: 4}
"""
    overlay = """\
resources: [../base]
components: [../shared]
namePrefix: NAME-
namespace: NAME
labels: [{pairs: {stage: NAME}, includeSelectors: true}]
"""
    folder = tree(
        {
            "base/modelservice.yaml": model_service("llama", spec=MULTINODE),
            "base/picker.yaml": PICKER,
            f"base/{KUSTOMIZATION}": "generators: [modelservice.yaml]\nresources: [picker.yaml]\ncomponents: [../plugins]\n",
            f"shared/{KUSTOMIZATION}": COMPONENT + change,
            f"test/{KUSTOMIZATION}": overlay.replace("NAME", "test"),
            f"prod/{KUSTOMIZATION}": overlay.replace("NAME", "prod") + "replicas: [{name: llama-decode, count: 5}]\n",
            f"all/{KUSTOMIZATION}": "resources: [../test, ../prod]\n",
        }
    )
    everything = built(folder / "all")
    for stage, replicas in (("test", 1), ("prod", 5)):
        alone = built(folder / stage)
        assert set(alone) == {f"{kind}/{stage}-{name}" for kind, name in NAMES}
        assert {name: everything[name] for name in alone} == alone
        workload, pool = alone[f"LeaderWorkerSet/{stage}-llama-decode"], alone[f"InferencePool/{stage}-llama"]
        pod = workload["spec"]["leaderWorkerTemplate"]["workerTemplate"]
        assert (workload["spec"]["replicas"], workload["spec"]["leaderWorkerTemplate"]["size"]) == (replicas, 4)
        assert pod["spec"]["serviceAccountName"] == f"{stage}-llama"
        assert pool["spec"]["endpointPickerRef"]["name"] == f"{stage}-picker"
        assert pool["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        assert {each["metadata"]["namespace"] for each in alone.values()} == {stage}
    assert len(everything) == 2 * len(NAMES)


NAMES = [("ServiceAccount", "llama"), ("LeaderWorkerSet", "llama-decode"), ("InferencePool", "llama"), ("Service", "picker")]


def test_the_transformer_as_a_component(tree: Tree, built: Built) -> None:
    """ModelServices are resources of a base, which a later layer patches; what the component generates then has that layer's names."""
    folder = tree(
        {
            **{f"base/{name}": text for name, text in TWO.items()},
            f"base/{KUSTOMIZATION}": "resources: [a.yaml, b.yaml]\n",
            "patched/patch.yaml": REPLICAS,
            f"patched/{KUSTOMIZATION}": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            KUSTOMIZATION: "resources: [patched]\ncomponents: [plugins/transformer]\nnamePrefix: p-\nnamespace: serving\n",
        }
    )
    found = built(folder)
    assert set(found) == {name.replace("/", "/p-") for name in DEPLOYMENTS}
    assert {each["metadata"]["namespace"] for each in found.values()} == {"serving"}
    assert [found[f"Deployment/p-{name}-decode"]["spec"]["replicas"] for name in "ab"] == [3, 1]
    assert found["Deployment/p-a-decode"]["spec"]["template"]["spec"]["serviceAccountName"] == "p-a"
    assert set(built(folder / "patched")) == set()


def test_the_transformer_in_the_list(tree: Tree, built: Built) -> None:
    """Under `transformers:` it runs last: patches, names and namespace of the same kustomization change the ModelServices."""
    kustomization = """\
resources: [a.yaml, b.yaml]
patches: [{path: patch.yaml}]
namePrefix: p-
namespace: serving
labels: [{pairs: {team: search}}]
transformers: [function.yaml]
"""
    function = (PLUGINS / "function" / "function.yaml").read_text(encoding="utf-8")
    found = built(tree({**TWO, "patch.yaml": REPLICAS, "function.yaml": function, KUSTOMIZATION: kustomization}))
    assert set(found) == {name.replace("/", "/p-") for name in DEPLOYMENTS}
    assert [found[f"Deployment/p-{name}-decode"]["spec"]["replicas"] for name in "ab"] == [3, 1]
    assert {each["metadata"].get("namespace") for each in found.values()} == {"serving"}
    assert not any("team" in each["metadata"]["labels"] for each in found.values())


def test_settings_of_the_transformer(tree: Tree, built: Built) -> None:
    """The ConfigMap's data are presets and settings of every ModelService; an Overlay among the resources is a preset."""
    function = (PLUGINS / "function" / "function.yaml").read_text(encoding="utf-8")
    folder = tree(
        {
            **TWO,
            "overlay.yaml": OVERLAY,
            "function.yaml": function.replace("data: {}", 'data: {presets: "probes, shm:sizeLimit=2Gi, nvme", decode.replicas: "4"}'),
            KUSTOMIZATION: "resources: [a.yaml, b.yaml, overlay.yaml]\ntransformers: [function.yaml]\n",
        }
    )
    found = built(folder)
    assert set(found) == DEPLOYMENTS
    for name in "ab":
        workload = found[f"Deployment/{name}-decode"]
        assert workload["spec"]["replicas"] == 4
        assert workload["spec"]["template"]["spec"]["nodeSelector"] == {"disk": "nvme"}
        assert {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}} in workload["spec"]["template"]["spec"]["volumes"]
        assert "startupProbe" in container(workload, "engine")


CHAINS = {
    "two transformers": "resources: [picker.yaml]\ntransformers: [a.yaml, b.yaml]\n",
    "generator and transformer": "generators: [a.yaml]\ntransformers: [b.yaml]\nresources: [picker.yaml]\n",
    "component and transformer": "resources: [picker.yaml, a.yaml]\ncomponents: [plugins/transformer]\ntransformers: [b.yaml]\n",
    "component, generator and validator": "resources: [picker.yaml, a.yaml]\ncomponents: [plugins/transformer]\ngenerators: [b.yaml]\n"
    "validators: [plugins/validator]\n",
}


@pytest.mark.parametrize("kustomization", CHAINS.values(), ids=CHAINS)
def test_one_function_after_another(kustomization: str, tree: Tree, built: Built) -> None:
    """What kustomize notes on objects between two functions, file names too, makes no package of them: the results are as from one."""
    apart = tree({**TWO, "picker.yaml": PICKER, "apart/a.yaml": TWO["a.yaml"], "apart/b.yaml": TWO["b.yaml"]})
    write(apart, {f"apart/{KUSTOMIZATION}": "generators: [a.yaml, b.yaml]\n", KUSTOMIZATION: kustomization})
    found = built(apart)
    assert "Service/picker" in found
    assert {name: each for name, each in found.items() if name != "Service/picker"} == built(apart / "apart")


@pytest.fixture
def checked(tree: Tree, kustomize_build: Build) -> Callable[[str], Run]:
    """Return a function that builds two overlays of a service with a pool of its own, which sends to `number`, behind the validator."""

    def checked(number: str) -> Run:
        folder = tree(
            {
                "base/a.yaml": TWO["a.yaml"],
                "base/resources.yaml": f"{PICKER}---\n{POOL}".replace("NUMBER", number),
                f"base/{KUSTOMIZATION}": "generators: [a.yaml]\nresources: [resources.yaml]\ncomponents: [../plugins]\n",
                KUSTOMIZATION: "resources: [base]\nnamePrefix: p-\nvalidators: [plugins/validator]\n",
            }
        )
        return kustomize_build(folder)

    return checked


def test_a_validator_that_passes(checked: Callable[[str], Run]) -> None:
    """The validator looks at what all transformers have made of the resources, changes nothing and says nothing."""
    run = checked("8000")
    assert (run.returncode, run.stderr) == (0, "")
    assert set(objects(run.stdout)) == {"ServiceAccount/p-a", "Deployment/p-a-decode", "InferencePool/p-own", "Service/p-picker"}


def test_a_validator_that_fails(checked: Callable[[str], Run]) -> None:
    """A pool whose port is off by one fails the build, and the first line names the object, the field and both numbers."""
    run = checked("8001")
    assert run.returncode != 0
    assert run.stdout == ""
    line = run.stderr.splitlines()[0]
    assert line.startswith("error: InferencePool p-own: spec.targetPorts[0].number: is 8001, and the pods of Deployment p-a-decode serve ")
    assert "8000" in line
    assert "validator shouldn't modify" not in run.stderr


COMPONENTS = {
    "nowhere": ("", "", True),
    "in the base": ("components: [../plugins]\n", "", False),
    "beside the validator": ("", "components: [plugins]\n", False),
    "as a file, unseen": ("configurations: [kustomizeconfig.yaml]\n", "", True),
}


@pytest.mark.parametrize(("base", "top", "told"), COMPONENTS.values(), ids=COMPONENTS)
def test_a_validator_tells_of_references_that_dangle(base: str, top: str, told: bool, tree: Tree, kustomize_build: Build) -> None:
    """After namePrefix kustomize follows a pool's picker only with the component; of that nothing is left in what is printed."""
    folder = tree(
        {
            "base/resources.yaml": f"{PICKER}---\n{POOL}".replace("NUMBER", "8000"),
            "base/kustomizeconfig.yaml": (PLUGINS / "kustomizeconfig.yaml").read_text(encoding="utf-8"),
            "base/a.yaml": TWO["a.yaml"],
            f"base/{KUSTOMIZATION}": "generators: [a.yaml]\nresources: [resources.yaml]\n" + base,
            KUSTOMIZATION: "resources: [base]\nnamePrefix: p-\nvalidators: [plugins/validator]\n" + top,
        }
    )
    run = kustomize_build(folder)
    assert run.returncode == 0
    line = "warning: InferencePool p-own: spec.endpointPickerRef.name: Service picker is called p-picker now"
    assert run.stderr.startswith(line) is told
    assert (run.stderr == "") is not told
    assert "annotations" not in run.stdout
    picker = objects(run.stdout)["InferencePool/p-own"]["spec"]["endpointPickerRef"]["name"]
    assert picker == ("picker" if not base + top else "p-picker")


def test_a_validator_with_severities(tree: Tree, kustomize_build: Build) -> None:
    """A Validation of one's own makes an error a warning, which is told and fails nothing, and knows what is elsewhere."""
    validation = (PLUGINS / "validator" / "validation.yaml").read_text(encoding="utf-8")
    own = validation.replace("spec: {}", "spec: {checks: {inference-pool: warning}, external: [Service/picker]}")
    kustomization = "generators: [a.yaml]\nresources: [pool.yaml]\nvalidators: [validation.yaml]\n"
    files = {"a.yaml": TWO["a.yaml"], "pool.yaml": POOL.replace("NUMBER", "8001"), "validation.yaml": own, KUSTOMIZATION: kustomization}
    run = kustomize_build(tree(files))
    assert run.returncode == 0
    (line,) = run.stderr.splitlines()
    assert line.startswith("warning: InferencePool own: spec.targetPorts[0].number: is 8001")
    assert "InferencePool/own" in objects(run.stdout)


HEAD = "metadata: {name: wrong, annotations: {config.kubernetes.io/function: 'exec: {path: modelservice-fn}'}}\n"
WRONG = {
    "unknown kind": ("apiVersion: example.com/v1\nkind: Model\n", "the functionConfig is example.com/v1 Model; must be a "),
    "other version": (
        "apiVersion: modelservice.llm-d.ai/v1\nkind: ModelService\n",
        "the functionConfig is modelservice.llm-d.ai/v1 ModelService",
    ),
    "secret": ("apiVersion: v1\nkind: Secret\n", "the functionConfig is v1 Secret"),
    "config map without services": ("apiVersion: v1\nkind: ConfigMap\n", "there is no ModelService"),
    "overlay": (
        "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: Overlay\n",
        "the functionConfig is modelservice.llm-d.ai/v1alpha1 Overlay",
    ),
    "wrong validation": ("apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: Validation\nspec: {presets: []}\n", "spec.presets: "),
}


@pytest.mark.parametrize("place", ["generators", "transformers"])
@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_configs(text: str, message: str, place: str, tree: Tree, kustomize_build: Build) -> None:
    """A config that the function cannot take fails the build; the first line names it, and says what would be right."""
    folder = tree({"wrong.yaml": text + HEAD, "picker.yaml": PICKER, KUSTOMIZATION: f"resources: [picker.yaml]\n{place}: [wrong.yaml]\n"})
    run = kustomize_build(folder)
    assert run.returncode != 0
    assert run.stdout == ""
    line = run.stderr.splitlines()[0]
    assert line.startswith("error: ")
    assert "wrong: " in line
    assert message in line
    assert "Traceback" not in run.stderr


def test_wrong_settings(tree: Tree, kustomize_build: Build) -> None:
    """Settings of a ConfigMap that fit no ModelService are told by their names."""
    function = (PLUGINS / "function" / "function.yaml").read_text(encoding="utf-8").replace("data: {}", "data: {decode.replicsa: '4'}")
    run = kustomize_build(tree({**TWO, "function.yaml": function, KUSTOMIZATION: "resources: [a.yaml]\ntransformers: [function.yaml]\n"}))
    assert run.returncode != 0
    assert run.stderr.startswith("error: ModelService a: spec.decode.replicsa: ")
    assert "replicas" in run.stderr.splitlines()[0]


def test_the_shipped_generator(tree: Tree, built: Built) -> None:
    """plugins/kustomize/generator builds as it is, alone and as a base."""
    folder = tree({KUSTOMIZATION: "resources: [plugins/generator]\nnamePrefix: p-\n"})
    assert set(built(folder)) == {"ServiceAccount/p-llama-8b", "Deployment/p-llama-8b-decode"}
    assert set(built(folder / "plugins" / "generator")) == {"ServiceAccount/llama-8b", "Deployment/llama-8b-decode"}
