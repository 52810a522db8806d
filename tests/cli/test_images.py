"""modelservice images: each image with its place and who set it, and the layer that pins them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.terminal import call, service, written
from tests.compose.samples import SAMPLES
from tests.integration.folders import Map

from modelservice.krm import write_documents

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
ENGINE, PROXY = "registry.example/engine:1.0", "ghcr.io/llm-d/llm-d-routing-sidecar:v0.4.0-rc.1"
MORE = "    initContainers:\n    - {name: warm, image: 'busybox:1'}\n"
DIGESTS = f"# made by crane\n{ENGINE}@{A}\n\n{PROXY.partition(':v')[0]}@{B} # any tag\n"


@pytest.fixture
def llama(tmp_path: Path) -> str:
    """Return the path of a ModelService with three images."""
    return written(tmp_path, "llama.yaml", service(more=MORE))


def pinned(*arguments: str, stdin: str = "") -> set[str]:
    """Return the images that a command line with ModelServices ends in."""
    return {one["image"] for one in json.loads(call("images", *arguments, "--output", "json", stdin=stdin).stdout)}


def test_images_with_their_places_and_who_set_them(llama: str) -> None:
    """For people a block for each image; a profile's default, a field with its line."""
    assert call("images", llama) == (
        0,
        f"""\
{PROXY}
  spec.template.spec.initContainers[0].image of Deployment/llama-decode  # profile furiosa routing.proxy.image, by routing-proxy
busybox:1
  spec.template.spec.initContainers[1].image of Deployment/llama-decode  # {llama}:15:20 decode.initContainers[0].image
{ENGINE}
  spec.template.spec.containers[0].image of Deployment/llama-decode  # {llama}:12:7 decode.containers[0].image
""",
        "",
    )


def test_images_for_machines(llama: str) -> None:
    """One shape: the image, its digest if it has one, and each use."""
    layer = written(Path(llama).parent, "pins.yaml", f"engine: {{image: 'e:1@{A}'}}\n")
    proxy, warm, engine = json.loads(call("images", llama, "-f", layer, "--output", "json").stdout)
    assert (proxy["digest"], engine["image"], engine["digest"]) == (None, f"e:1@{A}", A)
    assert [*warm] == ["image", "digest", "uses"]
    (use,) = engine["uses"]
    assert use == {
        "object": "Deployment/llama-decode",
        "namespace": None,
        "field": "spec.template.spec.containers[0].image",
        "setBy": {
            "layer": "layer",
            "name": None,
            "place": f"{layer}:1:10",
            "field": "spec.engine.image",
            "through": use["setBy"]["through"],
            "dependsOn": [],
            "value": f"e:1@{A}",
        },
    }


def test_overlays_and_patches_set_images(llama: str) -> None:
    """Each is named, with its place."""
    patched = written(
        Path(llama).parent,
        "patched.yaml",
        service(more="  patches:\n  - target: {role: decode, part: container}\n    patch: {image: 'patched:1'}\n"),
    )
    assert "patched:1\n" in call("images", patched).stdout
    assert f"# {patched}:16:13 patches[0].patch.image" in call("images", patched).stdout
    overlay = written(
        Path(llama).parent,
        "overlay.yaml",
        "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: Overlay\nmetadata: {name: own}\n"
        "spec: {patches: [{target: proxy, patch: {image: 'p:1'}}]}\n",
    )
    assert f"# {overlay}:4:42 patches[0].patch.image (overlay own)" in call("images", llama, "--overlay", overlay).stdout


def test_a_layer_that_pins(llama: str) -> None:
    """It is a patch of kustomize and a layer of render; what it does not reach is told, with the place where it was set."""
    digests = written(Path(llama).parent, "digests.txt", DIGESTS + f"busybox:1@{A}\n")
    said = call("images", llama, "--pin", digests)
    assert said.objects == [
        {
            "apiVersion": "modelservice.llm-d.ai/v1alpha1",
            "kind": "ModelService",
            "metadata": {"name": "llama"},
            "spec": {"decode": {"engine": {"image": f"{ENGINE}@{A}"}}, "routing": {"proxy": {"image": f"{PROXY}@{B}"}}},
        }
    ]
    where = "busybox:1 stays in spec.template.spec.initContainers[1].image of Deployment/llama-decode, which no layer reaches"
    assert said.lines == [f"{llama}:15:20: warning: {where}; write busybox:1@{A} where it is set [images]"]
    pins = written(Path(llama).parent, "pins.yaml", said.stdout)
    assert pinned(llama, "-f", pins) == {f"{ENGINE}@{A}", f"{PROXY}@{B}", "busybox:1"}
    assert json.loads(call("images", llama, "--pin", digests, "--output", "json").stdout) == said.objects
    again = call("images", llama, "-f", pins, "--pin", digests)
    assert (again.code, again.stdout, again.lines) == (0, "", said.lines), "what is pinned is no longer told"


def test_a_map_of_digests(llama: str) -> None:
    """The same as lines; an image without a digest is told, and so is a digest that nothing needs."""
    mapped = written(Path(llama).parent, "digests.yaml", f"{ENGINE}: {A}\n'unused:1': {B}\n")
    said = call("images", llama, "--pin", mapped)
    assert said.objects[0]["spec"] == {"decode": {"engine": {"image": f"{ENGINE}@{A}"}}}
    assert said.lines == [
        f"bases/profiles/furiosa.yaml: warning: {PROXY} has no digest in {mapped} [images]",
        f"{llama}:15:20: warning: busybox:1 has no digest in {mapped} [images]",
        f"{mapped}: warning: no object has the image unused:1 [images]",
    ]
    assert call("images", llama, "--pin", "-", stdin=f"{ENGINE}@{A}\n").stdout == said.stdout


def test_what_extra_config_and_patches_say_is_not_reached(tmp_path: Path) -> None:
    """They go over every layer: it is told, and the layer holds what it can."""
    more = "      extraConfig: {image: 'extra:1'}\n"
    file = written(tmp_path, "llama.yaml", service(more=more))
    digests = written(tmp_path, "digests.txt", f"extra:1@{A}\n{ENGINE}@{A}\n")
    said = call("images", file, "--pin", digests)
    where = "extra:1 stays in spec.template.spec.containers[0].image of Deployment/llama-decode, which no layer reaches"
    assert said.lines[1:] == [
        f"{file}:14:21: warning: {where}; write extra:1@{A} where it is set [images]",
        f"{digests}: warning: no object has the image {ENGINE} [images]",
    ]
    assert (said.code, said.stdout) == (0, "")


def test_objects_that_are_made_already(llama: str) -> None:
    """They say where each image stands, and kustomize pins them."""
    rendered = call("render", llama).stdout
    said = call("images", "-", stdin=rendered)
    assert f"\n{ENGINE}\n  spec.template.spec.containers[0].image of Deployment/llama-decode  # <stdin>:" in said.stdout
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: 'a:1'}]}}"
    file = written(Path(llama).parent, "list.yaml", f"{{kind: List, apiVersion: v1, items: [\n{pod}]}}\n")
    assert call("images", file).stdout == f"a:1\n  spec.containers[0].image of Pod/p  # {file}:2:80\n"
    digests = written(Path(llama).parent, "digests.txt", DIGESTS)
    assert call("images", file, "--pin", digests).code == 2
    assert "kustomize pins" in call("images", file, "--pin", digests).stderr


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (f"{ENGINE}@sha256:abc\n", "1:1", f"{ENGINE}: is 'sha256:abc'; must be sha256: and 64 hexadecimal digits"),
        (f"a: {A}\nb: 5\n", "2:1", "b: is 5; must be sha256:"),
        (f"a@{A}\na@{B}\n", "2:1", "a: has another digest above"),
        ("a\n", "1:1", "this is 'a'; must be lines IMAGE@sha256:…, or a map"),
        ("- a\n", "1:1", "must be lines IMAGE@sha256:…, or a map"),
        ("# nothing\n", "1:1", "there is no digest in it"),
        ("a: [\n", "2:1", "[yaml]"),
    ],
)
def test_files_of_digests_that_are_wrong(llama: str, text: str, place: str, words: str) -> None:
    """One clear error with its place, and nothing on stdout."""
    digests = written(Path(llama).parent, "digests", text)
    said = call("images", llama, "--pin", digests)
    assert (said.code, said.stdout) == (1, "")
    assert said.stderr.startswith(f"{digests}:{place}: error: ")
    assert words in said.stderr


def test_wrong_calls(llama: str) -> None:
    """A file that is not there, and two services that a layer could not tell apart."""
    digests = written(Path(llama).parent, "digests.txt", DIGESTS)
    assert call("images", llama, "--pin", "missing.txt").code == 2
    other = written(Path(llama).parent, "other.yaml", service().replace("name: llama\n", "name: llama\n  namespace: other\n"))
    said = call("images", llama, other, "--pin", digests)
    assert (said.code, said.stdout) == (2, "")
    assert "one name" in said.stderr


@pytest.mark.parametrize("sample", [name for name in SAMPLES if name != "disabled"])
def test_every_image_of_a_service_has_somebody_who_set_it(tmp_path: Path, sample: str) -> None:
    """Whatever it uses: a place, and a layer."""
    spec = {**SAMPLES[sample], "modelArtifacts": {"name": "a/b", **SAMPLES[sample].get("modelArtifacts", {})}}
    document: Map = {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": "ModelService", "metadata": {"name": "llama"}, "spec": spec}
    file = written(tmp_path, "llama.yaml", write_documents([document]))
    found = json.loads(call("images", file, "--output", "json").stdout)
    assert found
    for use in (use for one in found for use in one["uses"]):
        assert use["setBy"]["layer"] in ("profile", "modelservice", "overlay", "preset")
        assert use["setBy"]["place"]
