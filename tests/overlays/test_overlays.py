"""The built-in overlays together: right, unique, described, used, and each with its test."""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from tests.compose.made import document, engine, make
from tests.compose.samples import SAMPLES, named

from modelservice import data, kubernetes
from modelservice.compose import Overlay, overlays
from modelservice.config import ModelService
from modelservice.config.overlay import problems
from modelservice.generate import generate
from modelservice.krm import parse
from modelservice.kubernetes.stored import stored
from modelservice.plan import Plan
from modelservice.template import references

Map = dict[str, Any]

FOLDER = Path(__file__).resolve().parents[2] / "overlays"
FILES = sorted(FOLDER.rglob("*.yaml"))
TESTS = Path(__file__).resolve().parent
# What an overlay says although others say it too: its file, and what could be left out.
WORKLOADS = {"Deployment", "LeaderWorkerSet"}
BUILT_IN = {"ServiceAccount", "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"}
OF_DEPLOYMENTS = {"spread"}
OF_GPUS = {"aws-efa", "gke-roce", "mnnvl", "nixl-tcp", "rdma-ib"}  # for profile llm-d alone
TWICE = {"presets/hardened.yaml": ["patches[2] securityContext/allowPrivilegeEscalation"]}  # so does routing/proxy.yaml


def name_of(file: Path) -> str:
    """Return the path of an overlay's file within overlays/."""
    return str(file.relative_to(FOLDER))


def read(file: Path) -> Map:
    """Read an overlay with the reader for what people write."""
    overlay: Map = parse(file.read_bytes())
    return overlay


def test_there_are_overlays() -> None:
    """The tests below have something to look at."""
    assert {file.relative_to(FOLDER).parts[0] for file in FILES} == {"automatic", "modes", "presets", "spec"}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_an_overlay_is_a_right_overlay(file: Path) -> None:
    """What is built in passes what users' own overlays must pass."""
    library: list[str] | None = [] if file.parent.name == "presets" else None
    assert [f"{problem.field}: {problem.message}" for problem in problems(read(file), "", library)] == []


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_an_overlay_says_what_it_does(file: Path) -> None:
    """Each has a description, a sentence."""
    document = read(file)
    assert document["metadata"]["annotations"]["description"].endswith(".")
    for name, parameter in document["spec"].get("parameters", {}).items():
        assert parameter["description"].endswith("."), name


def test_names_are_unique() -> None:
    """Messages and origins name an overlay by its name."""
    names = [read(file)["metadata"]["name"] for file in FILES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.name == "presets"], ids=name_of)
def test_a_preset_has_the_name_of_its_file_and_never_applies_to_nothing(file: Path) -> None:
    """A preset is asked for by its name, and then applies to all; or to some roles, and is refused where there are none of them."""
    spec = read(file)["spec"]
    assert read(file)["metadata"]["name"] == file.stem
    assert spec.get("when", {}).items() <= spec.get("for", {}).items()


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.name == "presets"], ids=name_of)
def test_presets_exclude_one_another(file: Path) -> None:
    """Of two that do not go together each says so."""
    for other in read(file)["spec"].get("exclude", []):
        assert file.stem in read(file.parent / f"{other}.yaml")["spec"]["exclude"]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_an_overlay_has_its_test(file: Path) -> None:
    """A new overlay is one YAML file and its test, at the same place under tests/overlays."""
    *folders, stem = (re.sub(r"^[0-9]+-", "", part) for part in file.relative_to(FOLDER).with_suffix("").parts)
    assert TESTS.joinpath(*folders, f"test_{stem.replace('-', '_')}.py").is_file()


def test_no_test_is_left_of_an_overlay_that_is_gone() -> None:
    """Each test in the folders is that of an overlay."""
    stems = {re.sub(r"^[0-9]+-", "", file.stem).replace("-", "_") for file in FILES}
    assert {path.stem.removeprefix("test_") for path in TESTS.rglob("test_*.py") if path.parent != TESTS} == stems


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_references_lead_to_parameters(file: Path) -> None:
    """Every ``${path}`` that must be there is a parameter in some scope."""
    for path, optional in references(file.read_text(encoding="utf-8")):
        if optional or path.startswith("preset."):  # which test_an_overlay_is_a_right_overlay knows of
            continue
        assert any(is_there(parameters, path) for parameters in all_parameters()), path


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_optional_references_lead_to_parameters_too(file: Path) -> None:
    """Every ``${path?}`` is there in some config: one that never is would be a misspelling."""
    for path, optional in references(file.read_text(encoding="utf-8")):
        if not optional or path.startswith("preset."):
            continue
        assert any(is_there(parameters, path) for parameters in all_parameters()), path


@functools.cache
def all_parameters() -> list[Map]:
    """Everything that a patch can be filled with, over all samples, scopes, containers and layers."""
    return [*_all_parameters()]


def _all_parameters() -> Iterator[Map]:
    for spec in SAMPLES.values():
        plan = Plan(ModelService(document(spec, namespace="serving")))
        yield plan.service.parameters
        for role in plan.roles:
            for fields in ({}, *role.fields.values()):
                yield {**role.parameters, **fields}
            for container in role.containers:
                for fields in ({}, *container.fields.values()):
                    yield {**role.parameters, **container.parameters, **fields}


def is_there(parameters: Map, path: str) -> bool:
    """Say whether a parameter is there and not null."""
    value: Any = parameters
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value is not None


def parts(overlay: Map) -> Iterator[tuple[str, Map]]:
    """Each way of leaving something out of an overlay: what is left out, and the rest."""
    for key in ("resources", "patches"):
        for index in range(len(overlay["spec"].get(key, []))):
            rest = copy.deepcopy(overlay)
            del rest["spec"][key][index]
            yield f"{key}[{index}]", rest
    for index, patch in enumerate(overlay["spec"].get("patches", [])):
        for path in leaves(patch.get("patch")):
            rest = copy.deepcopy(overlay)
            drop(rest["spec"]["patches"][index]["patch"], path)
            yield f"patches[{index}] {'/'.join(map(str, path))}", rest
    for path in leaves(overlay["spec"].get("defaults")):
        rest = copy.deepcopy(overlay)
        drop(rest["spec"]["defaults"], path)
        yield f"defaults {'/'.join(map(str, path))}", rest


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of a patch's fields, down to the last map."""
    if isinstance(value, dict):
        for key, below in value.items():
            if isinstance(below, (dict, list)) and below:
                yield from leaves(below, (*path, key))
            else:
                yield (*path, key)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            if isinstance(below, dict):
                yield from leaves(below, (*path, index))


def drop(patch: Any, path: tuple[str | int, ...]) -> None:
    """Remove a field from a patch."""
    for step in path[:-1]:
        patch = patch[step]
    del patch[path[-1]]


SHOWING = {**SAMPLES, "images that are guarded": {"presets": ["latest-guard"]}}  # one that is refused


def output(sample: str, loaded: dict[str, list[Overlay]], monkeypatch: pytest.MonkeyPatch) -> tuple[list[Map], list[str]]:
    """What a sample becomes with the overlays that are ``loaded``: objects and messages."""
    monkeypatch.setattr(overlays, "_LOADED", dict(loaded))
    (made,) = generate([document(SHOWING[sample])])
    return made.objects, [result.message for result in made.results]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_field_of_an_overlay_shows_in_some_sample(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave any field out of any patch, or any patch or resource out: the output of some config is another one then.

    So nothing in an overlay is without effect, and each is exercised by what the tests generate.
    """
    overlay = read(file)
    folder = file.relative_to(FOLDER).parts[0]
    name = overlay["metadata"]["name"]
    loaded = {key: [Overlay(document) for document in data.folder("overlays", key)] for key in ("automatic", "modes", "spec")}
    loaded |= {f"presets/{one.stem}": [Overlay(read(one))] for one in FILES if one.parent.name == "presets"}
    key = f"presets/{name}" if folder == "presets" else folder
    index = next(index for index, one in enumerate(loaded[key]) if one.name == name)
    before: dict[str, tuple[list[Map], list[str]]] = {}
    likely = [*SHOWING]  # the one that showed the last difference comes first

    def shows(sample: str, changed: dict[str, list[Overlay]], rest: Map) -> bool:
        if sample not in before:
            before[sample] = output(sample, loaded, monkeypatch)
        with monkeypatch.context() as patch:
            if "defaults" in rest["spec"]:
                patch.setitem(data._DOCUMENTS, (FOLDER.name, *file.relative_to(FOLDER).parts), rest)
            return output(sample, changed, patch) != before[sample]

    without_effect: list[str] = []
    for left_out, rest in parts(overlay):
        changed = {**loaded, key: [*loaded[key][:index], Overlay(rest), *loaded[key][index + 1 :]]}
        showing = next((sample for sample in likely if shows(sample, changed, rest)), None)
        if showing is None:
            without_effect.append(left_out)
        else:
            likely.sort(key=lambda sample: sample != showing)
    assert without_effect == TWICE.get(name_of(file), [])


@pytest.mark.parametrize("command", ["furiosaLLMServe", "vllmServe", "imageDefault", "custom"])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
@pytest.mark.parametrize("preset", data.names("overlays", "presets"))
def test_every_preset_goes_with_every_engine(preset: str, profile: str, command: str) -> None:
    """Whatever runs in the container: the preset changes something, and Kubernetes takes what comes out, in either workload."""
    container = engine(modelCommand=command, mountModelVolume=True, **({"command": ["sh"]} if command == "custom" else {}))
    routing = {"proxy": {"image": "proxy:v0.7.1"}}
    spec: Map = {"profile": profile, "routing": routing, "decode": {"containers": [container]}, "prefill": {"create": False}}
    made, plain = make({**spec, "presets": [named(preset)]}), make(spec)
    if (preset in OF_GPUS and profile == "furiosa") or (
        preset == "nixl" and (command == "furiosaLLMServe" or (profile == "furiosa" and command != "vllmServe"))
    ):
        assert [error.partition(":")[0] for error in made.errors] == ["spec.presets[0]"]
        return
    assert made.objects != plain.objects or preset == "latest-guard"
    of_other_devices = (preset, profile) in (("nvidia-tolerations", "furiosa"), ("rngd-tolerations", "llm-d"))
    assert [severity for severity, _, _ in made.found("preset-tolerations")] == ["warning"] * of_other_devices
    told = made.told("warning", without=("preset-tolerations", "draining"))
    assert [one for one in told if one not in plain.warnings] == []
    for obj in made.objects:
        assert stored(obj, defaults=True) == obj, "what a plain service is made of is as the API server writes it"
        assert kubernetes.problems(obj, "1.34") == []
        if obj["kind"] in BUILT_IN:
            kubernetes_validate.validate(obj, "1.34", strict=True)
    grouped = make({**spec, "presets": [named(preset)], "multinode": True})
    if preset in OF_DEPLOYMENTS:
        assert [error.partition(":")[0] for error in grouped.errors] == ["spec.presets[0]"]
    else:
        assert grouped.pod() == made.pod()
        assert {obj["kind"] for obj in grouped.objects} - WORKLOADS == {obj["kind"] for obj in made.objects} - WORKLOADS


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_facts_of_an_overlay_matter(file: Path) -> None:
    """Each ``when`` holds in some sample and does not in another, so that it chooses something."""
    spec = read(file)["spec"]
    whens = [spec.get("when"), spec.get("for"), *(patch.get("when") for patch in spec.get("patches", []))]
    for when in filter(None, whens):
        answers = {overlays.holds(when, facts) for facts in all_facts()}
        assert answers == {True, False}, when


def all_facts() -> Iterator[Map]:
    """The facts of all scopes and containers of the samples."""
    for spec in SAMPLES.values():
        plan = Plan(ModelService(document(spec)))
        yield plan.service.facts
        for role in plan.roles:
            yield role.facts
            for container in role.containers:
                yield {**role.facts, **container.facts}
