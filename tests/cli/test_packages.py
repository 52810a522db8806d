"""Files and folders that hold ModelServices beside other resources, as a kpt package does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.terminal import call, service
from tests.integration.folders import Map, write

OVERLAY = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Overlay
metadata: {name: nvme}
spec:
  patches: [{target: pod, patch: {spec: {nodeSelector: {disk: nvme}}}}]
"""
PROFILE = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Profile
metadata: {name: ours}
spec: {defaults: {schedulerName: ours}}
"""
LOCAL = "config.kubernetes.io/local-config"
HUGGING_FACE = "apiVersion: v1\nkind: Secret\nmetadata: {name: hf-token}\nstringData: {HF_TOKEN: x}\n"


def named(said: object) -> list[str]:
    """Return the objects on stdout as ``Kind/name``."""
    return [f"{obj['kind']}/{obj['metadata']['name']}" for obj in said.objects]  # type: ignore[attr-defined]


def pod(said: object) -> Map:
    """Return the pod of the one Deployment on stdout."""
    (found,) = [obj for obj in said.objects if obj["kind"] == "Deployment"]  # type: ignore[attr-defined]
    spec: Map = found["spec"]["template"]["spec"]
    return spec


def test_a_folder_is_a_package(tmp_path: Path) -> None:
    """Configs of ours are asked for, other resources come through, and what is no resource for a cluster does not."""
    folder = write(
        tmp_path / "package",
        {
            "a.yaml": service(more="  presets: [nvme]\n  profile: ours\n"),
            "below/overlay.yaml": OVERLAY,
            "below/secret.yml": HUGGING_FACE,
            "profile.yaml": PROFILE,
            "kustomization.yaml": "resources: [a.yaml]\n",
            "Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: package}\n",
            "values.txt": "no: yaml",
            ".hidden/b.yaml": service("b"),
            "local.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {LOCAL: 'true'}}\n".replace("LOCAL", LOCAL),
        },
    )
    said = call("render", str(folder))
    assert named(said) == ["ServiceAccount/llama", "Secret/hf-token", "Deployment/llama-decode"]
    assert pod(said)["nodeSelector"] == {"disk": "nvme"}
    assert pod(said)["schedulerName"] == "ours"
    assert "annotations" not in said.stdout


def test_a_mixed_file(tmp_path: Path) -> None:
    """One file may hold all of it."""
    file = write(tmp_path, {"all.yaml": "---\n".join([service(more="  presets: [nvme]\n"), OVERLAY, HUGGING_FACE])}) / "all.yaml"
    said = call("render", str(file))
    assert "Secret/hf-token" in named(said)
    assert pod(said)["nodeSelector"] == {"disk": "nvme"}


def test_what_is_no_resource_in_a_folder_is_left_out_with_a_warning(tmp_path: Path) -> None:
    """A values file beside the configs stops nothing; named itself it is a mistake."""
    folder = write(tmp_path / "package", {"a.yaml": service(), "values.yaml": "decode: {replicas: 2}\n"})
    said = call("render", str(folder))
    assert said.lines[0] == f"{folder / 'values.yaml'}:1:1: warning: this has no apiVersion or no kind, and is left out [config]"
    assert said.code == 0
    assert call("render", str(folder / "a.yaml"), str(folder / "values.yaml")).code == 1


def test_a_folder_is_complete_and_a_file_is_not(tmp_path: Path) -> None:
    """What nobody has made is told of a folder only: beside a file there may be others."""
    folder = write(
        tmp_path / "package", {"a.yaml": service(more="").replace("NAME", "x") + "    volumes: [{name: v, secret: {secretName: gone}}]\n"}
    )
    assert "there is no Secret gone" in call("render", str(folder)).stderr
    assert "there is no Secret gone" not in call("render", str(folder / "a.yaml")).stderr


def test_a_package_that_was_generated_into(tmp_path: Path) -> None:
    """What kpt put there is generated anew, with its edits by hand, and is there once."""
    generated = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: llama
  labels: {by: hand}
  annotations: {modelservice.llm-d.ai/generated-from: llama}
"""
    folder = write(tmp_path / "package", {"a.yaml": service(), "llama.generated.yaml": generated})
    said = call("render", str(folder))
    assert named(said) == ["ServiceAccount/llama", "Deployment/llama-decode"]
    assert said.objects[0]["metadata"]["labels"]["by"] == "hand"
    assert "generated-from" not in said.stdout


@pytest.mark.parametrize(
    ("files", "place", "words"),
    [
        ({"a.yaml": service(), "o.yaml": OVERLAY.replace("pod", "pods")}, "o.yaml:5:14", "spec.patches[0].target: is 'pods'"),
        ({"a.yaml": service(), "p.yaml": PROFILE.replace("schedulerName", "x")}, "p.yaml:4:19", "spec.defaults.x: unknown key"),
        ({"a.yaml": service(), "b.yaml": service("llama")}, "b.yaml:5:3", "if it is a layer over that one, give it with -f"),
        ({"a.yaml": service().replace("replicas: 1", "replicas: x")}, "a.yaml:9:5", "spec.decode.replicas: is 'x'"),
        ({"a.yaml": HUGGING_FACE}, "a.yaml:1:1", "there is no ModelService in it"),
    ],
)
def test_mistakes_in_a_folder_have_their_places(tmp_path: Path, files: dict[str, str], place: str, words: str) -> None:
    """In the file that has them; nothing is printed."""
    folder = write(tmp_path / "package", files)
    said = call("render", str(folder))
    assert (said.code, said.stdout) == (1, "")
    assert any(line.startswith(f"{folder / place}: error: ") and words in line for line in said.lines) or (
        "no ModelService" in words and said.lines[0] == f"{folder}:1:1: error: there is no ModelService in it [config]"
    ), said.lines


def test_a_file_is_read_once(tmp_path: Path) -> None:
    """Given twice, or also in a folder that is given: its resources are not there twice."""
    folder = write(tmp_path / "package", {"a.yaml": service()})
    file = str(folder / "a.yaml")
    for paths in ((str(folder), file), (file, str(folder)), (file, f"{folder}/../package/a.yaml"), (str(folder), str(folder))):
        assert named(call("render", *paths)) == ["ServiceAccount/llama", "Deployment/llama-decode"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    """Whatever they are called, also where they lead back."""
    folder = write(tmp_path / "package", {"a.yaml": service(), "below/b.yaml": service("b")})
    (folder / "loop").symlink_to(folder)
    (folder / "loop.yaml").symlink_to(folder)
    assert len(named(call("render", str(folder)))) == 4


@pytest.mark.parametrize(
    ("target", "words"), [("a.yaml", "Too many levels"), ("nowhere", "No such file"), ("pipe", "this is no regular file")]
)
def test_what_cannot_be_read_in_a_folder_is_a_wrong_call(tmp_path: Path, target: str, words: str) -> None:
    """A link that leads nowhere, or a pipe, which would be waited for; one that is named is read."""
    folder = write(tmp_path / "package", {"b.yaml": service()})
    os.mkfifo(tmp_path / "pipe")
    (folder / "a.yaml").symlink_to(target if target != "pipe" else tmp_path / "pipe")
    said = call("render", str(folder))
    assert (said.code, said.stdout) == (2, "")
    assert words in said.stderr


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told as a file is that cannot be read."""

    def refuse(folder: str) -> None:
        raise PermissionError(13, "Permission denied", folder)

    folder = write(tmp_path / "package", {"a.yaml": service()})
    monkeypatch.setattr(os, "scandir", refuse)
    said = call("render", str(folder))
    assert (said.code, said.stdout) == (2, "")
    assert f"{folder}: Permission denied" in said.stderr


@pytest.mark.parametrize("kind", ["ModelService", "Overlay", "Profile"])
@pytest.mark.parametrize(("metadata", "words"), [("null", "missing"), ("{name: 5}", "is 5; must be text"), ("{name: ''}", "is ''")])
def test_what_has_no_name_is_told_where_it_is(tmp_path: Path, kind: str, metadata: str, words: str) -> None:
    """Though nothing but its place can say which one is meant."""
    text = f"{service()}---\napiVersion: modelservice.llm-d.ai/v1alpha1\nkind: {kind}\nspec: {{}}\nmetadata: {metadata}\n"
    file = write(tmp_path, {"a.yaml": text}) / "a.yaml"
    (line,) = call("render", str(file)).lines
    assert line.startswith(f"{file}:{text.count(chr(10))}:")
    assert f"error: metadata.name: {words}" in line
