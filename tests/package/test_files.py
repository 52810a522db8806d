"""The file that generated objects go into: where it may be, and where not."""

from __future__ import annotations

import pytest
from tests.packages import item, package, service

PATH = "modelservice.llm-d.ai/path"
RIGHT = "must be the path of a .yaml file inside the package"
OVERLAY = "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: Overlay\nmetadata:\n  name: nvme\nspec: {patches: []}\n"
LOCAL = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  annotations:\n    config.kubernetes.io/local-config: 'true'\n"
FUNCTION = "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetLabels\nmetadata:\n  name: labels\n"
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata:\n  name: k\n"
OURS = (
    service(name="other", path="others/other.yaml"),
    item(OVERLAY, "nvme.yaml"),
    item(LOCAL, "settings.yaml"),
    item(FUNCTION, "labels.yaml"),
    item(KUSTOMIZATION, "k.yaml"),
)


@pytest.mark.parametrize(
    "path",
    [".modelservice/llama.yaml", ".git/hooks.yaml", "a/.hidden/x.yaml", ".x.yaml", "..a/b.yaml", "./.x/y.yaml", "a/..b.yaml"],
)
def test_no_hidden_file(path: str) -> None:
    """Neither the records, nor what belongs to another tool; nothing changes."""
    before = package(service(annotations={PATH: path}))
    done = before.run()
    assert done.package == before
    assert done.told() == [
        f"ModelService/llama metadata.annotations[{PATH}]: is {path!r}, which is hidden; {RIGHT}, not in a hidden folder"
    ]


@pytest.mark.parametrize("path", ["a\nb.yaml", "a\tb.yaml", "a\u2028b.yaml", "\x7f.yaml", "a\u202eb.yaml", "a\x00b.yaml"])
def test_no_control_characters(path: str) -> None:
    """A path is one line that reads as it is."""
    before = package(service(annotations={PATH: path}))
    done = before.run()
    assert done.package == before
    assert [line.split(": ", 1)[1] for line in done.told()] == [f"is {path!r}; {RIGHT}"]


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("llama.yaml", "ModelService llama"),
        ("./llama.yaml", "ModelService llama"),
        ("others/other.yaml", "ModelService other"),
        ("nvme.yaml", "Overlay nvme"),
        ("settings.yaml", "ConfigMap settings"),
        ("labels.yaml", "SetLabels labels"),
        ("k.yaml", "Kustomization k"),
        ("sub/kustomization.yaml", "kustomization.yaml"),
        ("kustomization.yml", "kustomization.yml"),
    ],
)
@pytest.mark.parametrize("in_generator_mode", [True, False])
def test_no_file_of_a_config(path: str, whose: str, in_generator_mode: bool) -> None:
    """Generated objects do not go between what says how objects are made or treated."""
    before = package(service(annotations={PATH: path}), *OURS)
    done = before.run(before.value("ModelService", "llama") if in_generator_mode else None)
    assert done.package == before
    (error,) = done.told("error")
    shown = path.removeprefix("./")
    assert error == (
        f"ModelService/llama metadata.annotations[{PATH}]: is {shown!r}, the file of {whose}; must be one for generated objects"
    )


def test_the_usual_file_is_no_config_either() -> None:
    """A ModelService that is in a file called as its generated one is told to choose another."""
    before = package(service(path="llama.generated.yaml"))
    done = before.run()
    assert done.package == before
    (error,) = done.told()
    assert error.endswith(": would be 'llama.generated.yaml', the file of ModelService llama; must be one for generated objects")
    elsewhere = package(service(path="llama.generated.yaml", annotations={PATH: "out.yaml"})).run()
    assert elsewhere.told() == []
    assert elsewhere.package.run().package == elsewhere.package


def test_what_we_generated_is_no_config() -> None:
    """An object of a service that is local to the package keeps nobody from its file, in the next run either."""
    local = {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "t", "annotations": {"config.kubernetes.io/local-config": "true"}},
    }
    first = package(service({"extraObjects": [local]}, annotations={PATH: "out.yaml"})).run()
    assert first.told("error") == []
    assert first.package.run().package == first.package


def test_several_services_may_share_a_file() -> None:
    """The file of one choice holds the objects of both, each under its own mark."""
    first = package(*(service(name=name, annotations={PATH: "all.yaml"}) for name in ("one", "two"))).run()
    assert first.told() == []
    assert [place for place in first.package.places() if place[0] == "all.yaml"] == [("all.yaml", str(index)) for index in range(4)]
    assert first.package.run().package == first.package
