"""What a page tells, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.layered import arguments
from tests.cli.terminal import call, service, written
from tests.cli.test_view import contents

Map = dict[str, Any]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
LAYER = ("kind", "text", "name", "place", "field", "through", "depends", "at")


def told(*given: str, code: int = 0) -> Map:
    """Return the data of a page."""
    said = call("view", *given, "-o", "-")
    assert said.code == code, said.stderr
    return contents(said.stdout)


def lines(found: Map, number: int) -> list[tuple[str, str, list[Map]]]:
    """Return the lines of an object: text, path, and layers, the one that counts last."""
    flat = found["objects"][number]["lines"]
    taken = []
    for text, path, story in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
        steps = found["stories"][story] if story >= 0 else []
        layers = [dict(zip(LAYER, found["layers"][one], strict=True)) for one in steps[::2]]
        values = [found["texts"][value] if value >= 0 else None for value in steps[1::2]]
        named = [{**layer, "value": value} for layer, value in zip(layers, values, strict=True)]
        taken.append((found["texts"][text], found["paths"][path] if path >= 0 else "", named))
    return taken


@pytest.mark.parametrize("example", ["vllm-pd", "furiosa-rngd-hf", "lws-overlay", "two-models"])
def test_the_lines_are_those_of_render(example: str) -> None:
    """Of every object, in the order of render."""
    found = told(str(EXAMPLES / example))
    texts = ["".join(f"{text}\n" for text, _, _ in lines(found, number)) for number in range(len(found["objects"]))]
    assert "---\n".join(texts) == call("render", str(EXAMPLES / example)).stdout


def test_the_stories_are_those_of_explain(tmp_path: Path) -> None:
    """Each value has the layers that explain names, and every layer is a kind that the page has a colour for."""
    given = arguments(tmp_path)
    found = told(*given)
    kinds = set()
    for number, obj in enumerate(found["objects"]):
        explained = json.loads(call("explain", *given, f"{obj['kind']}/{obj['name']}", "--output", "json").stdout)[0]["values"]
        stories = [layers for _, path, layers in lines(found, number) if path]
        for value, layers in zip(explained, stories, strict=True):
            expected = [*reversed(value["replaced"]), value["setBy"]]
            assert [(one["layer"], one["place"] or "", one["field"] or "") for one in expected] == [
                (one["kind"], one["place"], one["field"]) for one in layers
            ]
            kinds |= {one["kind"] for one in layers}
    style = (Path(__file__).resolve().parents[3] / "generator/modelservice/cli/page/page.css").read_text(encoding="utf-8")
    assert kinds == {"base", "overlay", "preset", "profile", "modelservice", "layer", "set", "patch", "kubernetes"}
    assert [kind for kind in kinds if f".of-{kind} " not in style] == []


def test_a_story_goes_down_to_the_base(tmp_path: Path) -> None:
    """With the file and line of each layer, also of files of ours, and what it said."""
    found = told(*arguments(tmp_path))
    deployment = next(number for number, obj in enumerate(found["objects"]) if obj["kind"] == "Deployment")
    (replicas,) = [layers for _, path, layers in lines(found, deployment) if path == "spec.replicas"]
    assert [(one["kind"], one["value"]) for one in replicas] == [
        ("base", "1"),
        ("profile", "1"),
        ("profile", "3"),
        ("modelservice", "2"),
        ("layer", None),
    ]
    shown = []
    for layer in replicas:
        number, line = layer["at"]
        shown.append(found["files"][number]["text"].split("\n")[line - 1].strip())
    assert [text.partition(":")[0] for text in shown] == ["replicas", "replicas", "decode", "replicas", "decode"]
    assert [found["files"][layer["at"][0]]["ours"] for layer in replicas] == [True, True, False, False, False]


def test_results_lead_to_lines_of_files_and_objects(tmp_path: Path) -> None:
    """To the line of the ModelService, or to that of the object that would be."""
    patch = "  patches: [{target: {kind: InferencePool}, patch: [{op: replace, path: /spec/targetPorts/0/number, value: 9999}]}]\n"
    more = "  routing: {inferencePool: {create: true}}\n  external: [Service/llama-epp, Service/x]\n" + patch
    found = told(written(tmp_path, "a.yaml", service(more=more).replace("engine:1.0", "engine:latest")), code=1)
    results = {one["check"]: one for one in found["results"]}
    number, line = results["image-tag"]["at"]
    assert "engine:latest" in found["files"][number]["text"].split("\n")[line - 1]
    wrong = results["inference-pool"]
    text, path, layers = lines(found, wrong["object"])[wrong["line"]]
    assert (text.strip(), path, layers[-1]["kind"]) == ("- number: 9999", "spec.targetPorts[0].number", "patch")
    assert found["checks"]["inference-pool"]


def test_what_does_not_line_up_is_marked_in_the_graph(tmp_path: Path) -> None:
    """The picture of a service has the classes, and the problems stand beside it."""
    patch = "  patches: [{target: {kind: InferencePool}, patch: [{op: replace, path: /spec/targetPorts/0/number, value: 9999}]}]\n"
    found = told(written(tmp_path, "a.yaml", service(more="  routing: {inferencePool: {create: true}}\n" + patch)), code=1)
    (graph,) = found["graphs"]
    assert 'class="node wrong" data-key="InferencePool/default/llama"' in graph["svg"]
    assert graph["problems"][0].startswith("spec.targetPorts[0].number: is 9999")
    assert "<style>" not in graph["svg"]  # the page has it once


def test_each_service_has_a_graph_of_its_own(tmp_path: Path) -> None:
    """With the objects that it leads to, and those that lead to it; what is of no service has one, too."""
    spec = "{maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: one-decode}}"
    scaler = f"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: h}}\nspec: {spec}\n"
    files = [written(tmp_path, f"{name}.yaml", service(name)) for name in ("one", "two")]
    written(tmp_path, "h.yaml", scaler)
    found = told(*files, str(tmp_path))
    drawn = {graph["service"]: graph["svg"] for graph in found["graphs"]}
    assert [one["name"] for one in found["services"]] == ["one", "two"]
    assert [key for key, svg in drawn.items() if 'data-key="Deployment/default/one-decode"' in svg] == [0, None]
    assert [key for key, svg in drawn.items() if 'data-key="HorizontalPodAutoscaler/default/h"' in svg] == [0, None]
    assert [key for key, svg in drawn.items() if 'data-key="Deployment/default/two-decode"' in svg] == [1]


def test_differences_lead_to_lines(tmp_path: Path) -> None:
    """A field that is there, a key with dots, and one that is gone, which leads to what held it."""
    old = written(tmp_path, "old.yaml", _deployment("labels: {llm-d.ai/a: x, b: z}, annotations: {c: d}"))
    found = told(written(tmp_path, "new.yaml", _deployment("labels: {llm-d.ai/a: z, b: z}, annotations: {c: e}")), "--against", old)
    (change,) = found["difference"]["objects"]
    texts = [lines(found, change["object"])[field["line"]][0].strip() for field in change["fields"]]
    assert texts == ["llm-d.ai/a: z", "c: e"]
    assert all(field["isThere"] for field in change["fields"])
    found = told(written(tmp_path, "new.yaml", _deployment("labels: {b: z}")), "--against", old)
    (change,) = found["difference"]["objects"]
    assert [(field["path"], field["isThere"]) for field in change["fields"]] == [
        ("spec.template.metadata.labels[llm-d.ai/a]", False),
        ("spec.template.metadata.annotations", False),
    ]
    assert [lines(found, change["object"])[field["line"]][0].strip() for field in change["fields"]] == ["b: z", "b: z"]


def test_objects_of_no_model_service(tmp_path: Path) -> None:
    """Any manifests have lines, a graph and results; their layer is the file."""
    found = told(written(tmp_path, "a.yaml", _deployment("labels: {b: z}")))
    assert found["title"] == "a.yaml"
    assert {layers[-1]["kind"] for _, path, layers in lines(found, 0) if path} == {"file"}
    assert found["difference"] is None


def test_a_list_is_what_is_in_it(tmp_path: Path) -> None:
    """As `kubectl get` prints objects."""
    one = "{apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}}"
    text = f"apiVersion: v1\nkind: List\nitems: [{one.replace('NAME', 'a')}, {one.replace('NAME', 'b')}]\n"
    assert [obj["name"] for obj in told(written(tmp_path, "a.yaml", text))["objects"]] == ["a", "b"]


def test_nothing_is_there_twice(tmp_path: Path) -> None:
    """What two services say alike is in the tables once."""
    found = told(*[written(tmp_path, f"{name}.yaml", service(name)) for name in ("one", "two")])
    for table in ("texts", "paths", "layers", "stories"):
        kept = [json.dumps(one) for one in found[table]]
        assert len(kept) == len(set(kept))
    assert len({one["name"] for one in found["files"]}) == len(found["files"])


def _deployment(metadata: str) -> str:
    template = f"{{metadata: {{{metadata}}}, spec: {{containers: [{{name: a, image: 'a:1'}}]}}}}"
    spec = f"{{selector: {{matchLabels: {{b: z}}}}, template: {template}}}"
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {spec}\n"
