"""modelservice explain: what fields mean, and which layer set each value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.layered import arguments
from tests.cli.terminal import call, service, written
from tests.integration.folders import write

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def told(folder: Path, path: str, obj: str = "decode") -> list[dict[str, Any]]:
    """Return what is told of the values at a path of an object of the service with many layers."""
    said = call("explain", *arguments(folder), obj, path, "--output", "json")
    assert said.code == 0, said.stderr
    (found,) = json.loads(said.stdout)
    values: list[dict[str, Any]] = found["values"]
    return values


def short(folder: Path, layer: dict[str, Any]) -> str:
    """Return a layer as layer, name, place and field, without the folder."""
    parts = (layer[key] for key in ("layer", "name", "place", "field"))
    return " ".join(part.replace(f"{folder}/", "") for part in parts if part)


POD = "spec.template.spec"
ENGINE = f"{POD}.containers[name=vllm]"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "spec.replicas",
            [
                "layer layer.yaml:1:10 spec.decode.replicas",
                "modelservice llama.yaml:15:5 spec.decode.replicas",
                "profile acme beside.yaml:8:14 spec.defaults.decode.replicas",
                "profile llm-d bases/profiles/llm-d.yaml spec.decode.replicas",
                "base bases/deployment.yaml spec.replicas",
            ],
        ),
        (
            f"{ENGINE}.image",
            [
                "patch llama.yaml:32:46 spec.patches[0].patch.image",
                "modelservice llama.yaml:9:5 spec.engine.image",
                "profile acme beside.yaml:7:39 spec.defaults.engine.image",
                "profile llm-d bases/profiles/llm-d.yaml spec.decode.containers[0].image",
            ],
        ),
        ("spec.revisionHistoryLimit", ["patch beside.yaml:9:52 spec.defaults.patches[0].patch[0]"]),
        (f"{POD}.setHostnameAsFQDN", ["overlay extra extra.yaml:5:42 spec.patches[0].patch.spec.setHostnameAsFQDN"]),
        (
            f"{POD}.shareProcessNamespace",
            ["overlay inline llama.yaml:28:38 spec.overlays[0].spec.patches[0].patch.spec.shareProcessNamespace"],
        ),
        (
            f"{ENGINE}.env[name=LEVEL].value",
            ["preset own-preset beside.yaml:15:38 spec.parameters.level.default"],
        ),
        (f"{POD}.volumes[name=shm].emptyDir.sizeLimit", ["preset shm llama.yaml:6:25 spec.presets[0].sizeLimit"]),
        (
            f"{POD}.volumes[name=shm].emptyDir.medium",
            ["preset shm overlays/presets/shm.yaml spec.patches[0].patch.spec.volumes[0].emptyDir.medium"],
        ),
        (
            f"{ENGINE}.startupProbe.httpGet.path",
            ["preset probes overlays/presets/probes.yaml spec.patches[0].patch.startupProbe.httpGet"],
        ),
        (f"{POD}.terminationGracePeriodSeconds", ["set --set drain=60 spec.drain"]),
        (f"{POD}.hostNetwork", ["modelservice llama.yaml:16:19 spec.decode.extraConfig.hostNetwork"]),
        (f"{ENGINE}.terminationMessagePath", ["modelservice llama.yaml:18:49 spec.decode.engine.extraConfig.terminationMessagePath"]),
        (
            f"{ENGINE}.env[name=TP_SIZE].name",
            ["overlay parallelism overlays/automatic/1-engine/parallelism.yaml spec.patches[0].patch.env[1].name"],
        ),
        (f"{ENGINE}.args[--seed]", ["overlay inline llama.yaml:29:29 spec.overlays[0].spec.patches[1].flags"]),
        (f"{ENGINE}.args[100]", ["modelservice llama.yaml:11:13 spec.engine.flags.max-model-len"]),
    ],
)
def test_a_value_has_its_layers(tmp_path: Path, path: str, expected: list[str]) -> None:
    """The layer that set it, and what that replaced, down to the base, each with its place."""
    if path.endswith("args[100]"):  # a number in brackets is a place: that behind the flag
        arguments_there = told(tmp_path, f"{ENGINE}.args")
        place = [one["value"] for one in arguments_there].index("--max-model-len") + 1
        path = f"{ENGINE}.args[{place}]"
    (value,) = told(tmp_path, path)
    assert [short(tmp_path, layer) for layer in (value["setBy"], *value["replaced"])] == expected


@pytest.mark.parametrize(
    ("obj", "path", "expected"),
    [
        ("ConfigMap/notes", "data.a", "modelservice llama.yaml:21:71 spec.extraObjects[0].data.a"),
        ("serviceaccount/llama", "metadata.annotations.a", "patch llama.yaml:34:13 spec.patches[1].patch[0]"),
        ("HTTPRoute/llama", "spec.parentRefs[0].kind", "kubernetes"),
        (
            "PodMonitor/llama-decode-podmonitor",
            "spec.podMetricsEndpoints[0].port",
            "modelservice llama.yaml:17:46 spec.decode.monitoring.podmonitor.portName",
        ),
    ],
)
def test_values_of_other_objects(tmp_path: Path, obj: str, path: str, expected: str) -> None:
    """An object is asked for by kind and name, the kind in any case."""
    (value,) = told(tmp_path, path, obj)
    assert short(tmp_path, value["setBy"]) == expected


def test_the_answer_for_machines(tmp_path: Path) -> None:
    """The shape of the JSON: an object for each that is asked for, with its values, each with its layers."""
    said = call("explain", *arguments(tmp_path), f"decode/{POD}.volumes[name=model-storage].emptyDir", "--output", "json")
    rest = {"field": "spec.modelArtifacts.size", "through": "artifact-hf", "dependsOn": []}
    own: dict[str, Any] = {"layer": "modelservice", "name": None, "place": f"{tmp_path}/llama.yaml:7:37", "value": "50Gi"}
    default: dict[str, Any] = {"layer": "profile", "name": "llm-d", "place": "bases/profiles/llm-d.yaml", "value": "5Mi"}
    value = {
        "path": f"{POD}.volumes[name=model-storage].emptyDir.sizeLimit",
        "value": "50Gi",
        "setBy": {**own, **rest},
        "replaced": [{**default, **rest}],
    }
    assert json.loads(said.stdout) == [{"object": "Deployment/llama-decode", "namespace": None, "values": [value]}]
    assert list(json.loads(said.stdout)[0]["values"][0]["setBy"]) == ["layer", "name", "place", "field", "through", "dependsOn", "value"]


def test_the_answer_for_people(tmp_path: Path) -> None:
    """YAML, behind each value the layer that set it, and below what that replaced."""
    text = call("explain", *arguments(tmp_path), "decode", f"{POD}.volumes[name=model-storage]").stdout.replace(f"{tmp_path}/", "")
    assert text == (
        "# Deployment/llama-decode\n"
        "spec.template.spec.volumes[name=model-storage]:\n"
        "  name: model-storage  # overlay artifact-hf\n"
        "  emptyDir:\n"
        "    sizeLimit: 50Gi    # llama.yaml:7:37 modelArtifacts.size, by artifact-hf\n"
        "                       #   over 5Mi, profile llm-d modelArtifacts.size, by artifact-hf\n"
    )
    whole = call("explain", *arguments(tmp_path), "ConfigMap/notes").stdout
    assert "  text: |        # " in whole
    assert "\n    one # two\n    three\n" in whole
    assert "\x1b" not in whole


def test_an_object_that_a_patch_renames(tmp_path: Path) -> None:
    """It is the role's still, and what it was before is known."""
    patches = (
        "  patches:\n  - {target: {kind: Deployment}, patch: [{op: replace, path: /metadata/name, value: other}]}\n"
        "  - {target: {name: other}, patch: [{op: replace, path: /spec/replicas, value: 5}]}\n"
    )
    file = written(tmp_path, "a.yaml", service(more=patches))
    for target in ("decode", "Deployment/other"):
        (found,) = json.loads(call("explain", file, target, "--output", "json").stdout)
        values = {one["path"]: (one["setBy"]["field"], [layer["field"] for layer in one["replaced"]]) for one in found["values"]}
        assert values["metadata.name"] == ("spec.patches[0].patch[0]", ["metadata.name"])
        assert values["spec.replicas"] == ("spec.patches[1].patch[0]", ["spec.decode.replicas", "spec.decode.replicas", "spec.replicas"])
        assert values["spec.template.spec.containers[name=engine].image"][0] == "spec.decode.containers[0].image"


def test_what_a_command_line_says_twice(tmp_path: Path) -> None:
    """The last setting counts, and the one before is what it replaced."""
    file = written(tmp_path, "a.yaml", service())
    said = call("explain", file, "--set", "decode.replicas=2", "--set", "decode.replicas=3", "decode", "spec.replicas")
    assert [line.partition("# ")[2].strip() for line in said.stdout.splitlines()[1:]] == [
        "--set decode.replicas=3",
        "over 2, --set decode.replicas=2",
        f"over 1, {file}:9:5 decode.replicas",
        "over 1, profile furiosa decode.replicas",
        "over 1, bases/deployment.yaml",
    ]


def test_an_edit_by_hand_is_a_layer(tmp_path: Path) -> None:
    """In a package, what was changed in a generated file has that as its place; what is no ModelService's has its own file."""
    generated = (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: llama\n  labels: {by: hand}\n"
        "  annotations: {modelservice.llm-d.ai/generated-from: llama}\n"
    )
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {a: b}\n"
    folder = write(tmp_path / "package", {"a.yaml": service(), "llama.generated.yaml": generated, "other.yaml": other})
    said = call("explain", str(folder), "ServiceAccount/llama", "metadata.labels.by")
    assert said.stdout.splitlines()[1] == f"metadata.labels.by: hand  # {folder}/llama.generated.yaml:5:12, edited by hand"
    said = call("explain", str(folder), "ConfigMap/other", "data.a")
    assert said.stdout.splitlines()[1] == f"data.a: b  # {folder}/other.yaml:4:8"


def test_a_role_of_several_services(tmp_path: Path) -> None:
    """Each service's is told; a path that one of them does not have is told of the other."""
    two = [written(tmp_path, f"{name}.yaml", service(name)) for name in ("a", "b")]
    said = call("explain", *two, "decode", "spec.replicas")
    assert [line for line in said.stdout.splitlines() if line.startswith("# ")] == ["# Deployment/a-decode", "# Deployment/b-decode"]
    text = service("c").replace("name: engine", "name: other")
    said = call("explain", two[0], written(tmp_path, "c.yaml", text), "decode", f"{POD}.containers[name=other].image")
    assert said.stdout.startswith("# Deployment/c-decode\n")
    assert "a-decode" not in said.stdout


@pytest.mark.parametrize(
    ("target", "code", "words"),
    [
        ([], 2, "name an OBJECT: decode, ServiceAccount/llama, Deployment/llama-decode"),
        (["decod"], 2, "there is no object decod; did you mean decode? There are: decode, "),
        (["prefill"], 2, "there is no object prefill; "),
        (["Deployment/lama-decode"], 2, "did you mean Deployment/llama-decode?"),
        (["decode", "spec.replica"], 2, "Deployment/llama-decode: spec has no replica; did you mean replicas? It has: replicas, "),
        (["decode", "spec.replicas.x"], 2, "spec.replicas is 1"),
        (["decode", "spec.template.spec.containers[7]"], 2, "spec.template.spec.containers has no [7]: it has 1 items"),
        (["decode", "spec.template.spec.containers[name=x]"], 2, "has no [name=x]; it has: [name=engine]"),
        (["decode", "spec.template.spec.containers.name"], 2, "is a list: write [0], or [name=…]"),
        (["decode", "spec.template[0]"], 2, "spec.template is no list"),
        (["decode", "spec.template.spec.containers[0"], 2, "a bracket is not closed"),
        (["decode", "spec", "more"], 2, "more: there is no such file"),
    ],
)
def test_a_wrong_object_or_path_is_a_wrong_call(tmp_path: Path, target: list[str], code: int, words: str) -> None:
    """One error that says what there is, on stderr."""
    said = call("explain", written(tmp_path, "a.yaml", service()), *target)
    assert (said.code, said.stdout) == (code, "")
    assert words in said.stderr


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["none.yaml", "decode"], "none.yaml: there is no such file"),
        (["below/none"], "below/none: there is no such file"),
        (["decode.engine", "--set", "a=1"], "go with FILE"),
        (["decode.replica"], "spec.decode has no replica; did you mean replicas? It has: create, "),
    ],
)
def test_a_wrong_field_is_a_wrong_call(given: list[str], words: str) -> None:
    """So is a file that is not there, and options that belong to one."""
    said = call("explain", *given)
    assert (said.code, said.stdout) == (2, "")
    assert words in said.stderr


def test_what_is_wrong_in_a_file_is_told_as_render_tells_it(tmp_path: Path) -> None:
    """With exit code 1, and nothing on stdout."""
    file = written(tmp_path, "a.yaml", service().replace("replicas: 1", "replicas: x"))
    assert call("explain", file, "decode") == call("render", file)


def test_a_field_for_machines() -> None:
    """The shape of the JSON of a field."""
    found = json.loads(call("explain", "decode.parallelism.tensor", "--output", "json").stdout)
    assert list(found) == [
        *(
            "path",
            "type",
            "kubernetesType",
            "description",
            "allowed",
            "limits",
            "defaults",
            "keys",
            "usedBy",
            "changes",
            "checks",
            "example",
        )
    ]
    assert found["path"] == "spec.decode.parallelism.tensor"
    assert found["defaults"] == {"furiosa": 4, "furiosa-2026.3": 8, "llm-d": 1}
    assert {"by": "overlay parallelism", "place": "container.env[name=TP_SIZE].value"} in found["usedBy"]
    assert "Deployment/model-decode spec.template.spec.containers[name=vllm].args" in found["changes"]["llm-d"]
    assert found["example"] == {"spec": {"decode": {"parallelism": {"tensor": 4}}}}


def test_a_field_for_people() -> None:
    """What it is, what it may be, what it does, and an example."""
    text = call("explain", "routing.proxy.connector").stdout
    for words in ("spec.routing.proxy.connector  (text)", "furiosa         nixlv2\n", "Changes, with profile llm-d", "Example\n  spec:"):
        assert words in text
    assert max(len(line) for line in call("explain").stdout.splitlines()) <= 100


def test_the_files_of_the_examples_are_explained(tmp_path: Path) -> None:
    """Each object of each example that is a folder of ModelServices, all of its values."""
    for folder in sorted(path for path in EXAMPLES.iterdir() if list(path.glob("*.yaml")) and path.name != "environments"):
        rendered = call("render", str(folder))
        for obj in rendered.objects if not rendered.code else ():
            said = call("explain", str(folder), f"{obj['kind']}/{obj['metadata']['name']}")
            assert said.code == 0, said.stderr
