"""One base with environments on top: the same objects from the real kustomize, from layers of the command line, and from one file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml12
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.terminal import call
from tests.integration.folders import KUSTOMIZATION, Map, objects, write

from modelservice.config.layers import patched

Run = subprocess.CompletedProcess[str]
Tree = Callable[[Mapping[str, str]], Path]
Build = Callable[[Path], Run]

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "kustomize"
HEAD = {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": "ModelService"}
BASE: Map = {"routing": {"proxy": {"enabled": False}}, "modelArtifacts": {"name": "org/model", "size": "20Gi"}}
VARIABLES = st.dictionaries(st.sampled_from("ABC"), st.one_of(st.none(), st.sampled_from(["1", "$(A)"])), max_size=3)
ENGINES = st.fixed_dictionaries(
    {},
    optional={
        "image": st.sampled_from(["x:1", "y:2"]),
        "flags": st.dictionaries(st.sampled_from(["x", "y"]), st.one_of(st.none(), st.integers(1, 3)), max_size=2),
        "env": VARIABLES,
        "args": st.lists(st.sampled_from(["--a", "--b"]), max_size=2),
        "ports": st.dictionaries(st.sampled_from(["http", "other"]), st.one_of(st.none(), st.sampled_from([8000, 81])), max_size=2),
    },
)
SPECS: st.SearchStrategy[Map] = st.fixed_dictionaries(
    {},
    optional={
        "engine": st.one_of(st.none(), ENGINES),
        "presets": st.one_of(st.none(), st.sampled_from([["shm"], ["probes", "shm"], []])),
        "decode": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {},
                optional={
                    "replicas": st.one_of(st.none(), st.integers(0, 3)),
                    "nodeSelector": st.one_of(st.none(), st.dictionaries(st.sampled_from("ab"), st.one_of(st.none(), st.just("x")))),
                    "engine": ENGINES,
                    "volumes": st.one_of(st.none(), st.just({"v": {"emptyDir": {}}})),
                },
            ),
        ),
    },
)
CASES = st.tuples(SPECS.map(lambda spec: patched(BASE, spec)), SPECS, SPECS)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a function that writes a folder beside the shipped plugins."""

    def made(files: Mapping[str, str]) -> Path:
        (tmp_path / "plugins").mkdir(exist_ok=True)
        for name in ("function", "validator"):
            if not (tmp_path / "plugins" / name).exists():
                (tmp_path / "plugins" / name).symlink_to(PLUGINS / name)
        return write(tmp_path, files)

    return made


def text(*values: Any) -> str:
    """Return YAML documents."""
    return "---\n".join(yaml12.format_yaml(value) + "\n" for value in values)


def service(name: str, spec: Map) -> Map:
    """Return a ModelService, or a patch of one."""
    return {**HEAD, "metadata": {"name": name}, "spec": spec}


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases=st.lists(CASES, min_size=8, max_size=8))
def test_layers_are_patches_are_one_file(tree: Tree, kustomize_build: Build, cases: list[tuple[Map, Map, Map]]) -> None:
    """`-f a -f b`, kustomize's patches a and b, and what a person would merge: maps merge, lists replace, null deletes."""
    named = [(f"s{number}", *case) for number, case in enumerate(cases)]
    folder = tree(
        {
            "base/services.yaml": text(*(service(name, base) for name, base, _, _ in named)),
            f"base/{KUSTOMIZATION}": "resources: [services.yaml]\n",
            "a.yaml": text(*(service(name, first) for name, _, first, _ in named)),
            "b.yaml": text(*(service(name, second) for name, _, _, second in named)),
            "one.yaml": text(*(service(name, patched(patched(base, first), second)) for name, base, first, second in named)),
            KUSTOMIZATION: "resources: [base]\npatches: [{path: a.yaml}, {path: b.yaml}]\ntransformers: [plugins/function]\n",
        }
    )
    layers = call("render", str(folder / "base"), "-f", str(folder / "a.yaml"), "-f", str(folder / "b.yaml"))
    whole = call("render", str(folder / "one.yaml"))
    assert (layers.code, layers.stdout) == (whole.code, whole.stdout)
    run = kustomize_build(folder)
    assert (run.returncode == 0) is (layers.code == 0), run.stderr
    if layers.code == 0:
        assert objects(run.stdout) == objects(layers.stdout)


BY_NAME = {
    "a patch of kustomize": ("patches: [{path: image.yaml}]\n", {"engine": {"image": "x:2"}}),
    "images of kustomize": ("images: [{name: x, newTag: '2'}]\nconfigurations: [plugins/kustomizeconfig.yaml]\n", {}),
    "a profile": ("resources: [profile.yaml, llama.yaml]\n", {}),
}


@pytest.mark.parametrize("way", BY_NAME)
def test_naming_an_image_in_kustomize_keeps_all_else(way: str, tree: Tree, kustomize_build: Build) -> None:
    """The serve command, the mounts and the volumes of the profile stay, whoever names the image."""
    kustomization, patch = BY_NAME[way]
    spec = {**BASE, "profile": "ours"} if way == "a profile" else {**BASE, "engine": {"image": "x:1"}}
    profile = {**HEAD, "kind": "Profile", "metadata": {"name": "ours"}, "spec": {"defaults": {"engine": {"image": "x:2"}}}}
    resources = "" if "resources" in kustomization else "resources: [llama.yaml]\n"
    folder = tree(
        {
            "llama.yaml": text(service("llama", spec)),
            "image.yaml": text(service("llama", patch)),
            "profile.yaml": text(profile),
            "plugins/kustomizeconfig.yaml": (PLUGINS / "kustomizeconfig.yaml").read_text(encoding="utf-8"),
            KUSTOMIZATION: resources + kustomization + "transformers: [plugins/function]\n",
        }
    )
    run = kustomize_build(folder)
    assert (run.returncode, run.stderr) == (0, "")
    _keeps_all_else(objects(run.stdout))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "engine.image=x:2"],
        ["--set", "decode.engine.image=x:2"],
        ["--set", "decode.containers[0].image=x:2"],
        ["-f", "IMAGE"],
        ["--profile", "PROFILE", "--set", "profile=ours"],
    ],
)
def test_naming_an_image_on_the_command_line_keeps_all_else(arguments: list[str], tree: Tree) -> None:
    """Also by the place that it would have in the list of containers, which the config does not give."""
    profile = {**HEAD, "kind": "Profile", "metadata": {"name": "ours"}, "spec": {"defaults": {"engine": {"image": "x:2"}}}}
    folder = tree({"llama.yaml": text(service("llama", BASE)), "IMAGE": text({"engine": {"image": "x:2"}}), "PROFILE": text(profile)})
    said = call("render", str(folder / "llama.yaml"), *(str(folder / one) if one.isupper() else one for one in arguments))
    assert (said.code, said.stderr) == (0, "")
    _keeps_all_else(objects(said.stdout))


def _keeps_all_else(found: dict[str, Map]) -> None:
    pod = found["Deployment/llama-decode"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == "x:2"
    assert container["command"] == ["furiosa-llm", "serve"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {"metrics-volume", "model-storage"}
    assert {volume["name"] for volume in pod["volumes"]} == {"metrics-volume", "model-storage"}


MODEL = text(
    service("llama", {**BASE, "external": ["Secret/hf-token"], "modelArtifacts": {"name": "org/model", "authSecretName": "hf-token"}})
)
LATE = text(service("llama", {"decode": {"replicas": 3}}))


@pytest.mark.parametrize("place", ["resources", "generators"])
def test_a_patch_of_what_was_consumed_fails(place: str, tree: Tree, kustomize_build: Build) -> None:
    """Whether a transformer of the base took the ModelService, or a generator: the build says that there is none, and ends."""
    fn = "metadata: {name: llama, annotations: {config.kubernetes.io/function: 'exec: {path: modelservice-fn}'}}"
    base = MODEL if place == "resources" else MODEL.replace("metadata:\n  name: llama", fn)
    assert place == "resources" or fn in base
    folder = tree(
        {
            "base/llama.yaml": base,
            f"base/{KUSTOMIZATION}": f"{place}: [llama.yaml]\n" + ("transformers: [../plugins/function]\n" if place == "resources" else ""),
            "late.yaml": LATE,
            KUSTOMIZATION: "resources: [base]\npatches: [{path: late.yaml}]\n",
        }
    )
    assert kustomize_build(folder / "base").returncode == 0
    run = kustomize_build(folder)
    assert (run.returncode, run.stdout) == (1, "")
    assert "no matches for Id ModelService.v1alpha1.modelservice.llm-d.ai/llama" in run.stderr


def test_what_was_consumed_is_gone(tree: Tree, kustomize_build: Build) -> None:
    """ModelServices, Overlays and Profiles, without a note on them; a Validation in any layer still knows what is elsewhere."""
    own = {"apiVersion": HEAD["apiVersion"], "metadata": {"name": "ours"}}
    pod = {"spec": {"nodeSelector": {"disk": "nvme"}}}
    folder = tree(
        {
            "base/llama.yaml": MODEL.replace("spec:\n", "spec:\n  profile: ours\n  presets: [ours]\n", 1),
            "base/overlay.yaml": text({**own, "kind": "Overlay", "spec": {"patches": [{"target": "pod", "patch": pod}]}}),
            "base/profile.yaml": text({**own, "kind": "Profile", "spec": {"defaults": {"schedulerName": "ours"}}}),
            f"base/{KUSTOMIZATION}": "resources: [llama.yaml, overlay.yaml, profile.yaml]\ntransformers: [../plugins/function]\n",
            KUSTOMIZATION: "resources: [base]\nnamePrefix: p-\nvalidators: [plugins/validator]\n",
        }
    )
    run = kustomize_build(folder)
    assert run.returncode == 0, run.stderr
    found = objects(run.stdout)
    assert set(found) == {"ServiceAccount/p-llama", "Deployment/p-llama-decode"}
    spec = found["Deployment/p-llama-decode"]["spec"]["template"]["spec"]
    assert (spec["nodeSelector"], spec["schedulerName"]) == ({"disk": "nvme"}, "ours")
    assert "hf-token" not in run.stderr
