"""The examples: found by walking, built by the real kustomize, right by Kubernetes' own schemas, and as their READMEs say."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.terminal import Said, call
from tests.examples.kubernetes import CUSTOM, group, problems, versions
from tests.integration.folders import Map, objects, stream

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/**/README.md"))
GUIDES = [path for path in EXAMPLES if path.parent.name == "guides"]
CONFIGS = sorted(path for path in ROOT.glob("examples/**/*.yaml") if "kind: ModelService" in path.read_text(encoding="utf-8"))
COMMAND = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)

Run = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Example:
    """A folder of examples/, and how its build ended."""

    folder: Path
    run: Run


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda folder: str(folder.name))
def example(request: pytest.FixtureRequest, built: Callable[[Path], Run]) -> Example:
    """Return each example, built once for all tests."""
    return Example(request.param, built(request.param))


def test_there_are_examples() -> None:
    """Every folder of examples/ and of examples/guides/ is an example, and there are those that the README promises."""
    assert len(EXAMPLES) >= 6
    assert len(GUIDES) >= 9
    folders = [path for path in [*(ROOT / "examples").iterdir(), *(ROOT / "examples" / "guides").iterdir()] if path.is_dir()]
    assert sorted(path for path in folders if path.name != "guides") == EXAMPLES
    assert all((path / "kustomization.yaml").exists() for path in EXAMPLES)


def test_an_example_builds_in_silence(example: Example) -> None:
    """An example builds without a warning, to more than a ServiceAccount."""
    assert (example.run.returncode, example.run.stderr) == (0, "")
    kinds = {each["kind"] for each in objects(example.run.stdout).values()}
    assert "ServiceAccount" in kinds
    assert kinds & {"Deployment", "LeaderWorkerSet"}


def test_kubernetes_knows_the_objects(example: Example) -> None:
    """Every object of a built-in kind is right, unknown fields included, for Kubernetes 1.34 and the newest."""
    assert len(versions()) > 1
    built_in = [each for each in objects(example.run.stdout).values() if group(each) not in CUSTOM]
    assert [problem for each in built_in for problem in problems(each)] == []


def test_an_example_is_the_same_twice(example: Example, kustomize_build: Callable[[Path], Run]) -> None:
    """Two builds print the same bytes."""
    assert kustomize_build(example.folder).stdout == example.run.stdout


def test_the_readme_builds_it(example: Example, kustomize: Path, environment: dict[str, str]) -> None:
    """The commands of the README, as written and run in the checkout, go well, and each prints what we tested."""
    text = (example.folder / "README.md").read_text(encoding="utf-8")
    commands = [command for command in COMMAND.findall(text) if not command.startswith("kpt ")]  # which writes into the folder
    assert commands[0].startswith("kustomize build")
    path = f"{kustomize.parent}:{environment['PATH']}"
    for command in commands:
        shell = subprocess.run(
            ["sh", "-c", command], check=False, capture_output=True, encoding="utf-8", cwd=ROOT, env=environment | {"PATH": path}
        )
        assert (shell.returncode, shell.stderr) == (0, "")
        assert objects(shell.stdout) == objects(example.run.stdout)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_configs_are_short(config: Path) -> None:
    """A ModelService names what is special, and no more: the longest, with prefill and decode, has 35 lines."""
    assert len(config.read_text(encoding="utf-8").splitlines()) <= 35


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.name))
def test_guides_are_shorter(guide: Path) -> None:
    """A guide's spec has 30 lines at most, of 140 columns at most: what llm-d's own has in hundreds."""
    text = (guide / "modelservice.yaml").read_text(encoding="utf-8")
    spec = text.partition("\nspec:\n")[2].splitlines()
    assert 0 < len(spec) <= 30
    assert max(map(len, spec)) <= 140


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.name))
def test_nothing_is_wrong_with_guides(guide: Path) -> None:
    """`modelservice validate` of the folder, with which nothing else is there, finds nothing, not even something to know."""
    assert call("validate", str(guide)) == Said(0, "", "")


def test_prefill_and_decode_are_what_they_were(built: Callable[[Path], Run]) -> None:
    """The example of prefill and decode, 80 lines of a chart's form before, gives the objects of then, down to the order of lists.

    Save the capability that its adapters need.
    """
    before = (Path(__file__).parent / "vllm-pd.expected.yaml").read_text(encoding="utf-8")
    assert objects(built(ROOT / "examples" / "vllm-pd").stdout) == objects(before)


# The same package in three ways


def _is_package(folder: Path) -> bool:
    """Whether a folder has ModelServices and the function that takes them, and nothing that only kustomize does."""
    (kustomization,) = stream((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    keys = {"apiVersion", "kind", "resources", "transformers"}
    return set(kustomization) == keys and all(name.endswith(".yaml") for name in kustomization["resources"])


PACKAGES = sorted(path.parent for path in ROOT.glob("examples/**/kustomization.yaml") if _is_package(path.parent))
ENVIRONMENTS = sorted(path.parent for path in ROOT.glob("examples/environments/*/llama.yaml") if path.parent.name != "base")
PIPELINE = "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: package}\npipeline: {mutators: [{exec: modelservice-fn}]}\n"


def test_every_example_is_a_package_or_has_one() -> None:
    """So each of them is held against the other two ways below."""
    covered = {example for example in EXAMPLES for package in [*PACKAGES, *ENVIRONMENTS] if package.is_relative_to(example)}
    assert covered == set(EXAMPLES)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_the_command_line_renders_the_same(package: Path, built: Callable[[Path], Run]) -> None:
    """`modelservice render` of the folder prints the objects that kustomize prints, in an order of its own, and is as silent."""
    rendered = call("render", str(package))
    assert (rendered.code, rendered.stderr) == (0, "")
    assert objects(rendered.stdout) == objects(built(package).stdout)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_kpt_renders_the_same(package: Path, built: Callable[[Path], Run], environment: dict[str, str], kpt: Path, tmp_path: Path) -> None:
    """`kpt fn render` writes the objects that kustomize prints into the package; there, each says whose it is."""
    copy = tmp_path / "package"
    shutil.copytree(package, copy)
    if not (copy / "Kptfile").exists():
        (copy / "Kptfile").write_text(PIPELINE, encoding="utf-8")
    run = subprocess.run([kpt, "fn", "render", "--allow-exec", copy], check=False, capture_output=True, encoding="utf-8", env=environment)
    assert run.returncode == 0, run.stderr
    text = "---\n".join(file.read_text(encoding="utf-8") for file in sorted(copy.glob("*.yaml")) if file.name != "kustomization.yaml")
    written = {name: _plain(obj) for name, obj in objects(text).items() if "modelservice.llm-d.ai/" not in obj["apiVersion"]}
    assert written == objects(built(package).stdout)


def _plain(obj: Map) -> Map:
    """Return an object without the mark of its ModelService."""
    metadata = {key: value for key, value in obj["metadata"].items() if key != "annotations"}
    annotations = {key: text for key, text in obj["metadata"].get("annotations", {}).items() if not key.endswith("generated-from")}
    return {**obj, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


@pytest.mark.parametrize("folder", ENVIRONMENTS, ids=lambda path: path.name)
def test_an_environment_is_a_layer(folder: Path, built: Callable[[Path], Run], environment: dict[str, str]) -> None:
    """Kustomize's patch of the base, and the same file as a layer of the command line."""
    command = ["modelservice", "render", str(folder.parent / "base"), "-f", str(folder / "llama.yaml")]
    rendered = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)
    assert (rendered.returncode, rendered.stderr) == (0, "")
    assert objects(rendered.stdout) == objects(built(folder).stdout)


# Image, a flag, a variable, replicas, the names of probes, and the grace period, which a preset sets
DIFFERENCES = {
    "dev": ("furiosaai/furiosa-llm:2026.2.0-rc1", "4096", "debug", 1, False, None),
    "staging": ("furiosaai/furiosa-llm:2026.1.0", "16384", "info", 1, True, None),
    "prod": ("furiosaai/furiosa-llm:2026.1.0", "32768", "warning", 4, True, 150),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_environments_differ(name: str, built: Callable[[Path], Run]) -> None:
    """In what each says, and in nothing else: the serve command, the model volume and the devices are those of the base."""
    spec = objects(built(ROOT / "examples" / "environments" / name).stdout)["Deployment/llama-decode"]["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    level = {variable["name"]: variable.get("value") for variable in container["env"]}["LOG_LEVEL"]
    length = container["args"][container["args"].index("--max-model-len") + 1]
    found = (container["image"], length, level, spec["replicas"], "livenessProbe" in container, pod.get("terminationGracePeriodSeconds"))
    assert found == DIFFERENCES[name]
    assert container["command"] == ["furiosa-llm", "serve"]
    assert {"name": "model-storage", "mountPath": "/model-cache"} in container["volumeMounts"]
    assert container["resources"]["limits"] == {"furiosa.ai/rngd": "1"}
