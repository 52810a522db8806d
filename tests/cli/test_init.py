"""modelservice init: what it writes renders without a word, builds with kustomize and kpt, and is right by its own schema."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.cli.terminal import SOURCE, call
from tests.integration.folders import objects, read

from modelservice import data
from modelservice.cli.init import FIELDS, IMAGES, SCHEMA, STARTERS, Profile
from modelservice.krm import parse

Run = subprocess.CompletedProcess[str]

PROFILES = list(Profile)
LAYOUTS = {"kustomize": [], "kpt": ["--kpt"], "environments": ["--environments", "dev,prod"]}


def asked(profile: Profile = Profile.FURIOSA) -> list[str]:
    """Return the options that say everything."""
    return ["--name", "llama", "--model", "org/llama-8b", "--profile", profile.value, "--image", IMAGES[profile]]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_it_writes_is_right(tmp_path: Path, profile: Profile, layout: str) -> None:
    """Rendered and validated as they are, the files give resources and no warning; JSON says which there are."""
    out = tmp_path / "new" / "models"
    said = call("init", str(out), *asked(profile), *LAYOUTS[layout], "--output", "json")
    assert (said.code, said.stderr) == (0, "")
    answer = json.loads(said.stdout)
    assert answer.keys() == {"files", "next"}
    assert sorted(answer["files"]) == sorted(str(out / path) for path in read(out))
    assert call("validate", str(out), "--severity", "info") == (0, "", "")
    base = out / "base" if layout == "environments" else out
    rendered = call("render", str(base / "llama.yaml"))
    assert rendered.stderr == ""
    names = [f"{obj['kind']}/{obj['metadata']['name']}" for obj in rendered.objects]
    assert names == ["ServiceAccount/llama", "Deployment/llama-decode"]
    for environment in ("dev", "prod") if layout == "environments" else ():
        of_it = call("render", str(base), "-f", str(out / environment / "llama.yaml"))
        assert (of_it.code, of_it.stderr) == (0, "")


@pytest.mark.parametrize("profile", PROFILES)
def test_kustomize_builds_it(tmp_path: Path, profile: Profile, kustomize_build: Callable[[Path], Run]) -> None:
    """The folder, or each environment, becomes what render prints, without a word on stderr."""
    call("init", str(tmp_path / "one"), *asked(profile))
    call("init", str(tmp_path / "many"), *asked(profile), "--environments", "dev,prod")
    folders = {"one": [str(tmp_path / "one/llama.yaml")]}
    folders |= {f"many/{name}": [str(tmp_path / "many/base"), "-f", str(tmp_path / f"many/{name}/llama.yaml")] for name in ("dev", "prod")}
    for folder, arguments in folders.items():
        run = kustomize_build(tmp_path / folder)
        assert (run.returncode, run.stderr) == (0, "")
        assert objects(run.stdout) == objects(call("render", *arguments).stdout)


def test_kpt_renders_it(tmp_path: Path, kpt_fn: Callable[..., Run]) -> None:
    """The package is one of kpt, with its validator; the schema is none of its resources."""
    call("init", str(tmp_path / "models"), *asked(), "--kpt")
    run = kpt_fn("render", "--allow-exec", "models")
    assert run.returncode == 0, run.stderr
    assert "[WARN" not in run.stderr
    assert "llama.generated.yaml" in read(tmp_path / "models")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_file_names_its_schema(tmp_path: Path, layout: str) -> None:
    """The first line of each ModelService leads to the schema, by which it is right; --no-schema does without."""
    call("init", str(tmp_path / "a"), *asked(), *LAYOUTS[layout])
    found = list((tmp_path / "a").rglob("llama.yaml"))
    assert len(found) == (3 if layout == "environments" else 1)
    for path in found:
        first, _, text = path.read_text(encoding="utf-8").partition("\n")
        mark, _, name = first.partition("$schema=")
        assert mark == "# yaml-language-server: "
        schema = json.loads((path.parent / name).read_text(encoding="utf-8"))
        assert list(Draft202012Validator(schema).iter_errors(parse(text))) == []
    call("init", str(tmp_path / "b"), *asked(), *LAYOUTS[layout], "--no-schema")
    without = read(tmp_path / "b")
    assert not any(SCHEMA.encode() in text for text in without.values())
    assert without.keys() == {path for path in read(tmp_path / "a") if path not in (SCHEMA, ".krmignore")}


def test_the_function_is_that_of_the_plugin(tmp_path: Path) -> None:
    """The folder that environments list under transformers is plugins/kustomize/function."""
    call("init", str(tmp_path), *asked(), "--environments", "dev")
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "function").iterdir()}
    assert found == {name: data.text("plugins", "kustomize", "function", name) for name in ("function.yaml", "kustomization.yaml")}


def test_presets_with_parameters(tmp_path: Path) -> None:
    """--preset takes the place of the usual ones, in the form that --preset has elsewhere; an empty one means none."""
    call("init", str(tmp_path / "a"), *asked(), "--preset", "shm:sizeLimit=16Gi,probes", "--preset", "graceful-shutdown:seconds=30")
    document = parse((tmp_path / "a/llama.yaml").read_text(encoding="utf-8"))
    assert document["spec"]["presets"] == [{"name": "shm", "sizeLimit": "16Gi"}, "probes", {"name": "graceful-shutdown", "seconds": 30}]
    call("init", str(tmp_path / "b"), *asked(), "--preset", "")
    assert parse((tmp_path / "b/llama.yaml").read_text(encoding="utf-8"))["spec"]["presets"] == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_overwritten(tmp_path: Path, layout: str) -> None:
    """Where one of the files is there already, it is told, and not one is written."""
    call("init", str(tmp_path / "a"), *asked(), *LAYOUTS[layout])
    for path in read(tmp_path / "a"):
        other = tmp_path / "b" / path
        other.parent.mkdir(parents=True, exist_ok=True)
        other.symlink_to("nowhere")
        said = call("init", str(tmp_path / "b"), *asked(), *LAYOUTS[layout])
        assert (said.code, said.stdout) == (1, "")
        assert said.stderr == f"error: {other}: is there already; nothing was written: move it, or choose another folder\n"
        assert read(tmp_path / "b") == {}
        other.unlink()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in its place is a wrong call, and what was begun is gone again."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert call("init", str(tmp_path / "file" / "x"), *asked()).code == 2
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "prod").write_text("", encoding="utf-8")
    said = call("init", str(tmp_path / "out"), *asked(), "--environments", "dev,prod")
    assert said.code == 2
    assert "nothing was written" in said.stderr
    assert sorted(os.listdir(tmp_path / "out")) == ["prod"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "--name, --model, --image: not given, and there is no terminal to ask on"),
        (["--name", "a"], 2, "--model, --image: not given"),
        ([*asked(), "--profile", "nvidia"], 2, "'furiosa', 'llm-d'"),
        ([*asked(), "--name", "Llama"], 1, "--name Llama: error: metadata.name: is 'Llama'; must be lower-case letters"),
        ([*asked(), "--name", "../x"], 1, "--name ../x: error: metadata.name: "),
        ([*asked(), "--name", "kustomization"], 2, "--name: kustomization.yaml is another file here"),
        ([*asked(), "--preset", "shmm"], 1, "--preset shmm: error: ModelService llama: spec.presets[0]: there is no preset 'shmm'"),
        ([*asked(), "--preset", "shm:=1"], 2, "--preset: "),
        ([*asked(), "--image", " a"], 1, "--image  a: error: ModelService llama: spec.engine.image: "),
        ([*asked(), "--size", "50 GB"], 1, "--size 50 GB: error: ModelService llama: spec.modelArtifacts.size: "),
        ([*asked(), "--environments", "dev,Prod"], 2, "'Prod' is no name of an environment; must be names such as dev,prod"),
        ([*asked(), "--environments", "dev,dev"], 2, "'dev' is there twice"),
        ([*asked(), "--environments", "base"], 2, "'base' is a folder beside them"),
        ([*asked(), "--environments", ""], 2, "'' is no name"),
        ([*asked(), "--environments", "dev", "--kpt"], 2, "--kpt: goes without --environments"),
    ],
)
def test_a_wrong_call(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    """It says which option and what would be right, and nothing is written."""
    said = call("init", str(tmp_path / "out"), *arguments)
    assert (said.code, said.stdout) == (code, "")
    assert words in said.stderr
    assert not (tmp_path / "out").exists()


def test_a_warning_is_told(tmp_path: Path) -> None:
    """What is worth a word is said, at its option, and the files are written."""
    said = call("init", str(tmp_path / "out"), *asked(), "--image", "furiosa-llm")
    assert said.code == 0
    assert said.stderr.startswith("--image furiosa-llm: warning: ModelService llama: spec.engine.image: ")
    assert (tmp_path / "out/llama.yaml").exists()


@settings(deadline=None, max_examples=30)
@given(
    name=st.text(max_size=12) | st.from_regex("[a-z0-9]([-a-z0-9.]{0,8}[a-z0-9])?", fullmatch=True),
    model=st.text(max_size=12),
    image=st.text(max_size=12),
)
def test_any_text_is_written_as_it_is_or_refused(tmp_path_factory: pytest.TempPathFactory, name: str, model: str, image: str) -> None:
    """Whatever an option says, the file says the same, or there is none."""
    out = tmp_path_factory.mktemp("out") / "new"
    said = call("init", str(out), f"--name={name}", f"--model={model}", f"--image={image}", "--no-schema")
    if said.code:
        assert said.stderr
        assert not out.exists()
        return
    document = parse((out / f"{name}.yaml").read_text(encoding="utf-8"))
    found = [document["metadata"]["name"], document["spec"]["modelArtifacts"]["name"], document["spec"]["engine"]["image"]]
    assert found == [name, model, image]


def test_each_starter_is_used(tmp_path: Path) -> None:
    """There is no file among the starters that nobody gets."""
    used = {f"{profile}.yaml" for profile in PROFILES} | {"annotations.yaml"}
    for layout, arguments in LAYOUTS.items():
        call("init", str(tmp_path / layout), *asked(), *arguments)
    found = {str(path.relative_to(STARTERS)) for path in Path(STARTERS).rglob("*") if path.is_file()} - used
    written = {f"{layout}/{path}" for layout in LAYOUTS for path in read(tmp_path / layout)}
    written |= {path.replace("/dev/", "/environment/").replace("llama.yaml", "modelservice.yaml") for path in written}
    assert found <= written
    assert set(FIELDS.values()) == {"--name", "--model", "--size", "--image", "--preset"}


def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    """Each that is missing is asked for, with a default where there is one, and a wrong profile once more."""
    controller, terminal = pty.openpty()
    program = "from modelservice.cli import main; main()"
    command = [sys.executable, "-c", program, "init", str(tmp_path / "chat"), "--no-schema"]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env={**os.environ, "PYTHONPATH": str(SOURCE)}) as run:
        os.close(terminal)
        said = ""
        for question, answer in (("Name", ""), ("Model", "org/m"), ("Profile", "x"), ("Profile", "llm-d"), ("Image", "")):
            said += until(controller, question)
            os.write(controller, f"{answer}\n".encode())
        said += until(controller, "next: ")
        assert run.wait() == 0
    os.close(controller)
    assert "must be furiosa or llm-d" in said
    document = parse((tmp_path / "chat" / "chat.yaml").read_text(encoding="utf-8"))
    assert document["metadata"]["name"] == "chat"
    assert (document["spec"]["profile"], document["spec"]["engine"]["image"]) == ("llm-d", IMAGES[Profile.LLM_D])


def until(controller: int, words: str) -> str:
    """Return what a terminal says up to some words."""
    said, end = b"", time.monotonic() + 30
    while words.encode() not in said and time.monotonic() < end:
        if select.select([controller], [], [], 1)[0]:
            said += os.read(controller, 4096)
    assert words.encode() in said
    return said.decode()
