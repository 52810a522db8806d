"""plugins/kustomize: each entry of its configuration is needed, does what it is for, and reaches what is generated."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.folders import KUSTOMIZATION, Map, model_service, objects, stream, write

Run = subprocess.CompletedProcess[str]

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "kustomize"
CONFIG = "kustomizeconfig.yaml"
REFERENCES = Path(__file__).with_name("references")
PREFIX = "p-"
# What the transformers of references/kustomization.yaml write at the fields of each section.
WRITTEN: dict[str, Any] = {
    "commonLabels": ("selected", "yes"),
    "templateLabels": ("templated", "yes"),
    "commonAnnotations": ("annotated", "yes"),
    "replicas": 5,
    "images": "model:2",
}


@dataclass(frozen=True)
class Entry:
    """One field that the configuration names, and where it stands there: keys and indexes to its list, then its index."""

    section: str
    referent: str | None  # the kind whose name the field holds, in nameReference
    kind: str  # of the object with the field
    path: str
    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        return "-".join(filter(None, (self.section, self.referent, self.kind, self.path)))

    @property
    def expected(self) -> Any:
        """What stands at the field once the entry has done its work."""
        return f"{PREFIX}{self.referent.lower()}" if self.referent else WRITTEN[self.section]

    def without(self, config: Map) -> Map:
        """Return the configuration without this entry."""
        changed = copy.deepcopy(config)
        place: Any = changed
        for step in self.steps[:-1]:
            place = place[step]
        del place[self.steps[-1]]
        return changed


def _entries(config: Map) -> Iterator[Entry]:
    for section, listed in config.items():
        for index, one in enumerate(listed):
            if section == "nameReference":
                for inner, field in enumerate(one["fieldSpecs"]):
                    kind = field.get("kind", "Deployment")
                    yield Entry(section, one["kind"], kind, field["path"], (section, index, "fieldSpecs", inner))
            else:
                yield Entry(section, None, one["kind"], one["path"], (section, index))


(DATA,) = stream((PLUGIN / CONFIG).read_text(encoding="utf-8"))
ENTRIES = list(_entries(DATA))


@pytest.fixture(scope="module")
def build(kustomize_build: Callable[[Path], Run], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Map], Run]:
    """Return a function that builds references/ with the given configuration."""

    def build(config: Map) -> Run:
        folder = tmp_path_factory.mktemp("references") / "all"
        shutil.copytree(REFERENCES, folder)
        (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")
        return kustomize_build(folder)

    return build


@pytest.fixture(scope="module")
def complete(build: Callable[[Map], Run]) -> Run:
    """Return the build with the whole configuration."""
    run = build(DATA)
    assert (run.returncode, run.stderr) == (0, "")
    return run


def test_there_are_entries() -> None:
    """No entry, no test: an empty list would let the tests below pass without a run."""
    assert len(ENTRIES) > 40
    assert len(set(map(str, ENTRIES))) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_an_entry_does_its_work(entry: Entry, complete: Run) -> None:
    """With the whole configuration, the field has what the kustomization asks for."""
    assert entry.expected in _values(complete, entry)


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_an_entry_is_needed(entry: Entry, build: Callable[[Map], Run]) -> None:
    """Without the entry, kustomize leaves the field as it was, or says that it finds none for the replicas."""
    run = build(entry.without(DATA))
    if entry.section == "replicas":
        assert "does not match a config" in run.stderr
    else:
        assert (run.returncode, run.stderr) == (0, "")
        assert entry.expected not in _values(run, entry)


def test_no_leader_template_is_made(build: Callable[[Map], Run], kustomize_build: Callable[[Path], Run], tmp_path: Path) -> None:
    """A LeaderWorkerSet without a leaderTemplate gets none: one with labels only would be a pod without containers."""
    text = (REFERENCES / "resources.yaml").read_text(encoding="utf-8")
    without = text.replace("leaderTemplate: &pod", "workerTemplate: &pod").replace("    workerTemplate: *pod\n", "")
    files = {"resources.yaml": without, CONFIG: json.dumps(DATA)}
    folder = write(tmp_path, {**files, KUSTOMIZATION: (REFERENCES / KUSTOMIZATION).read_text(encoding="utf-8")})
    templates = objects(kustomize_build(folder).stdout)["LeaderWorkerSet/p-leaderworkerset"]["spec"]["leaderWorkerTemplate"]
    assert list(templates) == ["workerTemplate"]
    assert templates["workerTemplate"]["metadata"]["labels"] == {"app": "engine", "selected": "yes", "templated": "yes"}


SPEC = """\
profile: llm-d
multinode: true
accelerator: {dra: true}
modelArtifacts: {name: org/llama, size: 20Gi, labels: {llm-d.ai/model: llama}}
routing:
  proxy: {enabled: false}
  parentRefs: [{name: gateway}]
  inferencePool: {create: true}
  httpRoute: {create: true}
prefill: {create: false}
decode:
  containers:
  - {name: engine, image: "registry.example.com/vllm:1.0", modelCommand: vllmServe, mountModelVolume: true}
"""
CHANGES = """\
namePrefix: p-
labels:
- pairs: {team: search}
  includeSelectors: true
replicas:
- {name: llama-decode, count: 3}
"""
PICKER = "apiVersion: v1\nkind: Service\nmetadata: {name: llama-epp}\n"
GENERATES = "generators: [modelservice.yaml]\nresources: [picker.yaml]\n"
COMPONENT = "components: [plugin]\n"
LAYERS = {
    "component in the same layer": {"": GENERATES + COMPONENT + CHANGES},
    "component in the base": {"base": GENERATES + "components: [../plugin]\n", "": "resources: [base]\n" + CHANGES},
    "component in the overlay": {"base": GENERATES, "": "resources: [base]\n" + COMPONENT + CHANGES},
    "copied configuration": {"": GENERATES + f"configurations: [{CONFIG}]\n" + CHANGES},
}


@pytest.fixture(scope="module", params=LAYERS)
def generated(
    request: pytest.FixtureRequest, kustomize_build: Callable[[Path], Run], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Map]:
    """Return a generated LeaderWorkerSet and its routing, renamed and labelled with the component in each place that it can be."""
    layers = LAYERS[request.param]
    folder = tmp_path_factory.mktemp("generated")
    shutil.copytree(PLUGIN, folder / "plugin")
    shutil.copy(PLUGIN / CONFIG, folder)
    owner = "base" if "base" in layers else ""
    write(folder, {str(Path(owner, "modelservice.yaml")): model_service(spec=SPEC), str(Path(owner, "picker.yaml")): PICKER})
    write(folder, {str(Path(layer, KUSTOMIZATION)): text for layer, text in layers.items()})
    run = kustomize_build(folder)
    assert (run.returncode, run.stderr) == (0, "")
    return objects(run.stdout)


def test_generated_references_follow(generated: dict[str, Map]) -> None:
    """Renamed in any layer, the generated resources still refer to one another."""
    workload = generated["LeaderWorkerSet/p-llama-decode"]
    pod = workload["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]
    (template,) = [each["metadata"]["name"] for each in generated.values() if each["kind"] == "ResourceClaimTemplate"]
    assert template.startswith(PREFIX)
    assert pod["serviceAccountName"] == "p-llama"
    assert [claim["resourceClaimTemplateName"] for claim in pod["resourceClaims"]] == [template]
    assert generated["InferencePool/p-llama"]["spec"]["endpointPickerRef"]["name"] == "p-llama-epp"
    (rule,) = generated["HTTPRoute/p-llama"]["spec"]["rules"]
    assert [backend["name"] for backend in rule["backendRefs"]] == ["p-llama"]


def test_generated_selectors_still_select(generated: dict[str, Map]) -> None:
    """Labels with includeSelectors reach the pool's selector and the pods of the LeaderWorkerSet alike."""
    labels = generated["LeaderWorkerSet/p-llama-decode"]["spec"]["leaderWorkerTemplate"]["workerTemplate"]["metadata"]["labels"]
    selector = generated["InferencePool/p-llama"]["spec"]["selector"]["matchLabels"]
    assert selector["team"] == "search"
    assert selector.items() <= labels.items()


def test_generated_replicas_are_set(generated: dict[str, Map]) -> None:
    """Replicas finds a generated LeaderWorkerSet by its name."""
    assert generated["LeaderWorkerSet/p-llama-decode"]["spec"]["replicas"] == 3


def _values(run: Run, entry: Entry) -> list[Any]:
    """Return what a build has at the field of an entry; of a map, its items too."""
    owners = [each for each in stream(run.stdout) if each["kind"] == entry.kind]
    found = [value for owner in owners for value in _walk(owner, entry.path.replace("[]", "").split("/"))]
    assert found, f"references/resources.yaml has nothing at {entry}"
    return found + [item for each in found if isinstance(each, dict) for item in each.items()]


def _walk(value: Any, keys: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _walk(each, keys)
    elif not keys:
        yield value
    elif isinstance(value, dict) and keys[0] in value:
        yield from _walk(value[keys[0]], keys[1:])
