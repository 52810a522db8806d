"""modelservice render: ModelServices in, resources out, as a stream or as files; mistakes with their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import call, process, service, written
from tests.compose.made import make
from tests.integration.folders import Map, read, stream

from modelservice.cli.folder import RECORD

OVERLAY = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Overlay
metadata: {name: ours}
spec:
  patches:
  - target: pod
    patch: {spec: {terminationGracePeriodSeconds: SECONDS}}
"""
SPEC: Map = {
    "modelArtifacts": {"name": "meta/llama-8b"},
    "decode": {"replicas": 1, "containers": [{"name": "engine", "image": "registry.example/engine:1.0"}]},
}


@pytest.fixture
def llama(tmp_path: Path) -> str:
    """Return the path of a file with one ModelService."""
    return written(tmp_path, "llama.yaml", service())


def deployment(said: Any, name: str = "llama-decode") -> Map:
    """Return the spec of a Deployment among the objects on stdout."""
    (found,) = [obj for obj in said.objects if (obj["kind"], obj["metadata"]["name"]) == ("Deployment", name)]
    spec: Map = found["spec"]
    return spec


# What comes out


def test_a_file_becomes_a_stream(llama: str) -> None:
    """Stdout has the resources as YAML documents in the order of generation, and stderr nothing."""
    said = call("render", llama)
    assert said.objects == make(SPEC).objects
    assert said.stderr == ""
    assert said.stdout.endswith("\n")


def test_several_files_and_documents_become_one_stream(tmp_path: Path, llama: str) -> None:
    """Files in the order given, documents in the order written; empty documents are nothing."""
    two = written(tmp_path, "two.yaml", f"---\n# nothing\n---\n{service('b')}---\n{service('c')}")
    names = [obj["metadata"]["name"] for obj in call("render", two, llama).objects if obj["kind"] == "Deployment"]
    assert names == ["b-decode", "c-decode", "llama-decode"]


def test_a_dash_is_standard_input(llama: str) -> None:
    """- reads stdin, alone or beside files."""
    assert call("render", "-", stdin=service()).stdout == call("render", llama).stdout
    both = call("render", "-", llama, stdin=service("b"))
    assert [obj["metadata"]["name"] for obj in both.objects if obj["kind"] == "Deployment"] == ["b-decode", "llama-decode"]


def test_a_disabled_service_is_nothing(tmp_path: Path) -> None:
    """No resource is no output and no error; that nothing comes out is said."""
    said = call("render", written(tmp_path, "off.yaml", service(more="  enabled: false\n")))
    assert (said.code, said.stdout) == (0, "")
    assert ["spec.enabled: is false" in line for line in said.lines] == [True]


def test_a_process_prints_the_same_bytes(llama: str) -> None:
    """As in a shell: bytes on stdout, lines on stderr, the exit code."""
    for arguments in (["render", llama], ["render", llama, "--set", "decode.replica=1"], ["render", "none.yaml"]):
        done, said = process(*arguments), call(*arguments)
        assert (done.code, done.stdout, done.lines[-1:]) == (said.code, said.stdout, said.lines[-1:])
    assert process("render", "-", stdin=service().encode()).stdout == call("render", llama).stdout


def test_text_of_every_script_comes_through(tmp_path: Path) -> None:
    """Output is UTF-8, and means what was written."""
    text = service().replace("    replicas: 1\n", "    podAnnotations: {size: 'größe 中 \U0001f680'}\n")
    said = process("render", written(tmp_path, "a.yaml", text))
    assert deployment(said)["template"]["metadata"]["annotations"] == {"size": "größe 中 \U0001f680"}


# Files


def test_a_folder_gets_one_file_a_resource(tmp_path: Path, llama: str) -> None:
    """-o writes KIND_NAME.yaml for each resource, below its namespace where it has one, and says how many on stderr."""
    other = written(tmp_path, "other.yaml", service("b").replace("  name: b\n", "  name: b\n  namespace: ml\n"))
    out = tmp_path / "out" / "deep"
    assert call("render", llama, other, "-o", str(out)) == (0, "", f"{out}: files written: 4, kept: 0, removed: 0\n")
    files = {name: stream(text.decode()) for name, text in read(out).items() if name != RECORD}
    printed = call("render", llama, other).objects
    names = ["serviceaccount_llama.yaml", "ml/serviceaccount_b.yaml", "deployment_llama-decode.yaml", "ml/deployment_b-decode.yaml"]
    assert files == {name: [obj] for name, obj in zip(names, printed, strict=True)}


def test_files_are_written_over_and_others_stay(tmp_path: Path, llama: str) -> None:
    """A second run replaces its own files and leaves the user's."""
    out = tmp_path / "out"
    call("render", llama, "-o", str(out))
    (out / "own.yaml").write_text("mine", encoding="utf-8")
    said = call("render", llama, "--to", str(out), "--set", "decode.replicas=4")
    assert said == (0, "", f"{out}: files written: 1, kept: 1, removed: 0\n")
    files = read(out)
    assert files["own.yaml"] == b"mine"
    assert b"replicas: 4" in files["deployment_llama-decode.yaml"]


def test_a_renamed_service_leaves_nothing(tmp_path: Path, llama: str) -> None:
    """What an earlier run wrote and is not generated any more is removed; another folder's files are not looked at."""
    out = tmp_path / "out"
    for folder in (out, tmp_path / "other"):
        call("render", llama, "-o", str(folder))
    said = call("render", llama, "-o", str(out), "--set", "metadata.name=new")
    assert said == (0, "", f"{out}: files written: 2, kept: 0, removed: 2\n")
    assert {*read(out)} == {"serviceaccount_new.yaml", "deployment_new-decode.yaml", RECORD}
    assert len(read(tmp_path / "other")) == 3


def test_a_file_that_was_edited_stays_unless_forced(tmp_path: Path, llama: str) -> None:
    """It is told on stderr each time, and counted; --force overwrites it."""
    out = tmp_path / "out"
    call("render", llama, "-o", str(out))
    edited = out / "deployment_llama-decode.yaml"
    edited.write_text(edited.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    for _ in range(2):
        said = call("render", llama, "-o", str(out), "--set", "decode.replicas=4")
        assert (said.code, said.stdout) == (0, "")
        assert said.lines == [
            f"{edited}: warning: was edited by hand since it was written; it stays as it is, unless with --force",
            f"{out}: files written: 0, kept: 1, removed: 0, left as they are: 1",
        ]
    assert call("render", llama, "-o", str(out), "--force").lines == [f"{out}: files written: 1, kept: 1, removed: 0"]
    assert "# mine" not in edited.read_text(encoding="utf-8")


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path, llama: str) -> None:
    """It is an error with its path, code 1, and nothing is written; with --force it is."""
    out = tmp_path / "out"
    there = Path(written(tmp_path, "mine", "mine"))
    out.mkdir()
    there = there.rename(out / "deployment_llama-decode.yaml")
    said = call("render", llama, "-o", str(out))
    assert said == (1, "", f"error: {there}: is there, and was not written by an earlier run; move it, or use --force\n")
    assert read(out) == {"deployment_llama-decode.yaml": b"mine"}
    assert call("render", llama, "-o", str(out), "--force").code == 0


def test_a_kustomization_of_the_files(tmp_path: Path, llama: str) -> None:
    """--kustomization writes one that lists them in their order; it is pruned like any other file, and one by hand is a clash."""
    out = tmp_path / "out"
    assert call("render", llama, "-o", str(out), "--kustomization", "--set", "metadata.namespace=ml").code == 0
    assert stream((out / "kustomization.yaml").read_text(encoding="utf-8")) == [
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": ["ml/serviceaccount_llama.yaml", "ml/deployment_llama-decode.yaml"],
        }
    ]
    assert call("render", llama, "-o", str(out)).lines == [f"{out}: files written: 2, kept: 0, removed: 3"]
    (out / "kustomization.yaml").write_text("resources: []\n", encoding="utf-8")
    assert call("render", llama, "-o", str(out)).code == 0
    assert "kustomization.yaml: is there" in call("render", llama, "-o", str(out), "--kustomization").stderr


@pytest.mark.parametrize("option", ["--kustomization", "--force"])
def test_options_of_output_alone_are_a_wrong_call(llama: str, option: str) -> None:
    """Without -o they mean nothing, which is told with code 2."""
    said = call("render", llama, option)
    assert (said.code, said.stdout) == (2, "")
    assert option in said.lines[-1]
    assert "goes with -o" in said.lines[-1]


def test_two_resources_of_one_name_share_a_file(tmp_path: Path) -> None:
    """Two kinds of one name in two groups are two documents of one file: none is lost."""
    thing = "  - {apiVersion: GROUP/v1, kind: Thing, metadata: {name: t}}\n"
    things = "  extraObjects:\n" + thing.replace("GROUP", "a.b") + thing.replace("GROUP", "c.d")
    out = tmp_path / "out"
    assert call("render", written(tmp_path, "a.yaml", service(more=things)), "-o", str(out)).code == 0
    assert [obj["apiVersion"] for obj in stream(read(out)["thing_t.yaml"].decode())] == ["a.b/v1", "c.d/v1"]


def test_nothing_is_written_when_something_is_wrong(tmp_path: Path, llama: str) -> None:
    """One wrong ModelService among others: no file, and no folder."""
    wrong = written(tmp_path, "wrong.yaml", service("b", "  nonsense: 1\n"))
    out = tmp_path / "out"
    assert call("render", llama, wrong, "-o", str(out)).code == 1
    assert not out.exists()


@pytest.mark.parametrize(
    "metadata",
    [
        "{name: ../../../x}",
        "{name: a/b}",
        "{name: x, namespace: ..}",
        "{name: x, namespace: ../y}",
        "{name: x, namespace: /y}",
        "{name: x, namespace: .git}",
        '{name: "a\\nb"}',
        '{name: "a\\u202eb"}',
    ],
)
def test_no_file_is_written_outside_the_folder(tmp_path: Path, metadata: str) -> None:
    """A name that leads elsewhere is refused before anything is written."""
    things = f"  checks: {{kubernetes-fields: 'off'}}\n  extraObjects: [{{apiVersion: v1, kind: ConfigMap, metadata: {metadata}}}]\n"
    path = written(tmp_path, "a.yaml", service(more=things))
    before = read(tmp_path)
    said = call("render", path, "-o", str(tmp_path / "in" / "out"))
    assert said.code == 1
    assert "cannot be the name of a file" in said.stderr
    assert read(tmp_path) == before
    assert call("render", path).code == 0


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_a_wrong_call(tmp_path: Path, llama: str, place: str) -> None:
    """-o FILE is told with its path and why, with code 2."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    said = call("render", llama, "-o", str(tmp_path / place))
    assert (said.code, said.stdout) == (2, "")
    assert "file" in said.lines[-1]
    assert "report" not in said.stderr
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


# Options


def test_presets_of_the_command_line(tmp_path: Path, llama: str) -> None:
    """--preset adds one, as often as it is given, behind those of the spec; each is there once."""
    said = call("render", llama, "--preset", "shm", "--preset", "hardened")
    pod = deployment(said)["template"]["spec"]
    assert any(volume["name"] == "shm" for volume in pod["volumes"])
    assert pod["securityContext"]["runAsNonRoot"] is True
    named = written(tmp_path, "named.yaml", service(more="  presets: [shm]\n"))
    assert call("render", named, "--preset", "shm").stdout == call("render", named).stdout


def test_overlays_of_the_command_line(tmp_path: Path, llama: str) -> None:
    """--overlay applies the Overlays of a file, in their order, after presets, below the spec's own fields."""
    one = written(tmp_path, "one.yaml", OVERLAY.replace("SECONDS", "100") + "---\n" + OVERLAY.replace("SECONDS", "200"))
    two = written(tmp_path, "two.yaml", OVERLAY.replace("SECONDS", "300"))

    def seconds(*arguments: str) -> Any:
        return deployment(call("render", llama, *arguments))["template"]["spec"]["terminationGracePeriodSeconds"]

    assert seconds("--overlay", one) == 200
    assert seconds("--overlay", two, "--overlay", one) == 200
    assert seconds("--overlay", one, "--overlay", two, "--preset", "graceful-shutdown") == 300
    assert seconds("--overlay", one, "--set", "decode.terminationGracePeriodSeconds=90") == 90


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("decode.replicas=3", "replicas", 3),
        ("spec.decode.replicas=3", "replicas", 3),
        ("decode.containers[0].image=x:2", "template.spec.containers.0.image", "x:2"),
        ("decode.containers[1]={name: b, image: 'b:1'}", "template.spec.containers.1.name", "b"),
        ('decode.nodeSelector.pool="7"', "template.spec.nodeSelector.pool", "7"),
        ("decode.nodeSelector.a\\.b/c=d", "template.spec.nodeSelector.a~b/c", "d"),
        ("decode.containers[0]={name: a, image: 'a:1', command: [--x, a=b]}", "template.spec.containers.0.command", ["--x", "a=b"]),
        ("decode.terminationGracePeriodSeconds=5", "template.spec.terminationGracePeriodSeconds", 5),
        ("decode.hostIPC=true", "template.spec.hostIPC", True),
        ("decode.podAnnotations.x='on'", "template.metadata.annotations.x", "on"),
        ("serviceAccountOverride=other", "template.spec.serviceAccountName", "other"),
    ],
)
def test_settings_of_the_command_line(llama: str, assignment: str, path: str, value: Any) -> None:
    """--set reaches any field: by index, with escaped dots, with values of any type."""
    found: Any = deployment(call("render", llama, "--set", assignment))
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else found[step.replace("~", ".")]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("assignment", ["decode.containers[0].image=5", "decode.containers[0].env.A=5", "decode.engine.nonsense=1"])
def test_a_setting_of_the_profile_s_container_has_its_place(tmp_path: Path, assignment: str) -> None:
    """It becomes a field of engine, and is still the setting's."""
    file = written(tmp_path, "a.yaml", service().partition("  decode:")[0])
    errors = [line for line in call("render", file, "--set", assignment).lines if ": error: " in line]
    assert [line.partition(": error: ")[0] for line in errors] == [f"--set {assignment}"]


def test_null_deletes_a_default(llama: str) -> None:
    """--set FIELD=null takes a default away."""
    plain, changed = (call("render", llama, *more) for more in ((), ("--set", "routing.proxy.imagePullPolicy=null")))
    proxies = [deployment(said)["template"]["spec"]["initContainers"][0] for said in (plain, changed)]
    assert proxies[1] == {key: value for key, value in proxies[0].items() if key != "imagePullPolicy"}
    assert proxies[0]["imagePullPolicy"] == "Always"


def test_settings_apply_in_their_order_to_every_service(tmp_path: Path, llama: str) -> None:
    """A later --set wins; each ModelService gets all of them."""
    other = written(tmp_path, "other.yaml", service("b"))
    said = call("render", llama, other, "--set", "decode.replicas=3", "--set", "decode.replicas=4")
    assert [deployment(said, f"{name}-decode")["replicas"] for name in ("llama", "b")] == [4, 4]
    renamed = call("render", llama, "--set", "metadata.name=other", "--set", "metadata.namespace=ml")
    assert {(obj["metadata"]["name"], obj["metadata"]["namespace"]) for obj in renamed.objects} == {("other", "ml"), ("other-decode", "ml")}


@pytest.mark.parametrize(
    "assignment",
    ["x", "=1", "decode..x=1", "decode.containers[9].image=x", "decode.replicas=[1", "decode.replicas.x=1"],
)
def test_a_setting_that_cannot_be_is_a_wrong_call(llama: str, assignment: str) -> None:
    """A --set that is none, or does not fit the config, is told with code 2 and the setting."""
    said = call("render", llama, "--set", assignment)
    assert (said.code, said.stdout) == (2, "")
    assert "--set" in said.lines[-1]
    assert assignment.partition("=")[0] in said.lines[-1]


# Mistakes


def test_a_mistake_has_its_place(tmp_path: Path) -> None:
    """An error line is file:line:column, severity, config, field and cause, one for each mistake; stdout stays empty."""
    path = written(tmp_path, "llama.yaml", "# first\n---\n" + service(more="  multinod: true\n").replace("replicas: 1", "replicas: many"))
    said = call("render", path)
    assert (said.code, said.stdout) == (1, "")
    assert said.lines == [
        f"{path}:11:5: error: ModelService llama: spec.decode.replicas: is 'many'; must be a whole number [config]",
        f"{path}:16:3: error: ModelService llama: spec.multinod: unknown key; did you mean multinode? [config]",
    ]


PRESET_MISTAKES = {
    "shm:sizeLimit=16": ".sizeLimit: is 16; must be text: quote it",
    "shm:sizelimit=16Gi": ".sizelimit: preset shm has no such parameter; did you mean sizeLimit?",
    "model-cache-pvc": ".claim: missing; preset model-cache-pvc needs it",
    "spread": ": is for services with workload Deployment; this one has workload LeaderWorkerSet",
    "graceful-shutdown:seconds=-1": ".seconds: is -1; must be at least 0 (as spec.drain)",
}


def test_a_mistake_of_the_command_line_has_its_place_there(tmp_path: Path, llama: str) -> None:
    """What --set, --preset or an overlay got wrong is told of them, and not of the file."""
    path = written(tmp_path, "own.yaml", OVERLAY.replace("SECONDS", "many"))
    assert (
        call("render", llama, "--set", "decode.replicas=many")
        .lines[0]
        .startswith("--set decode.replicas=many: error: ModelService llama: spec.decode.replicas: is 'many'")
    )
    assert (
        call("render", llama, "--preset", "shn")
        .lines[0]
        .startswith("--preset shn: error: ModelService llama: spec.presets[0]: there is no")
    )
    for given, what in PRESET_MISTAKES.items():
        said = call("render", llama, "--set", "multinode=true", "--preset", "probes", "--preset", given)
        assert (said.code, said.stdout) == (1, "")
        assert said.lines[0].startswith(f"--preset {given}: error: ModelService llama: spec.presets[1]{what}")
    said = call("render", llama, "--overlay", path)
    assert said.code == 1
    assert said.lines[0].startswith(
        f"{path}:7:20: error: Overlay ours: spec.patches[0].patch.spec.terminationGracePeriodSeconds: is 'many'"
    )


@pytest.mark.parametrize("presets", ["5", "{a: b}", "true"])
def test_presets_that_are_no_list_have_their_place(tmp_path: Path, presets: str) -> None:
    """Whatever stands in their place is told there, also where the command line adds to them."""
    file = written(tmp_path, "odd.yaml", service(more=f"  presets: {presets}\n"))
    for arguments in ((), ("--preset", "shm"), ("--set", "decode.replicas='a'")):
        said = call("render", file, *arguments)
        assert said.code == 1
        assert any(line.startswith(f"{file}:") and "spec.presets: is" in line for line in said.lines)


def test_a_values_file_gets_the_next_step(tmp_path: Path) -> None:
    """Who renders the values of a chart is told where they go."""
    said = call("render", written(tmp_path, "values.yaml", "modelArtifacts: {name: a/b}\ndecode: {replicas: 1}\n"))
    assert said.code == 1
    assert "is this a values file of Helm? `modelservice convert` makes a ModelService of it" in said.lines[0]


def test_what_is_newer_than_the_cluster_is_told(tmp_path: Path) -> None:
    """--kubernetes names the cluster's version, as spec.kubernetesVersion does."""
    path = written(tmp_path, "a.yaml", service())
    volume = ["--set", "modelArtifacts.uri=oci://r/m:1", "--set", "decode.containers[0].mountModelVolume=true"]
    old = call("render", path, "--kubernetes", "1.27", *volume)
    assert old.code == 1
    assert any("needs Kubernetes" in line for line in old.lines)
    assert call("render", path, "--kubernetes", "1.36", *volume).code == 0
    assert call("render", path, "--kubernetes", "new").lines[0].startswith("--set kubernetesVersion='new': error: ")


def test_mistakes_of_all_files_are_told_in_one_run(tmp_path: Path) -> None:
    """Each file's mistakes are told with the file's name, and the right ones print nothing either."""
    paths = [written(tmp_path, f"{name}.yaml", service(name, more)) for name, more in (("a", "  x: 1\n"), ("b", ""), ("c", "  y: 1\n"))]
    said = call("render", *paths)
    assert (said.code, said.stdout) == (1, "")
    assert [line.partition(":")[0] for line in said.lines] == [paths[0], paths[2]]


def test_warnings_are_told_and_stop_nothing(tmp_path: Path) -> None:
    """A warning has its place too, on stderr, beside the resources on stdout and code 0."""
    path = written(tmp_path, "llama.yaml", service().replace("engine:1.0", "engine:latest"))
    said = call("render", path)
    assert said.code == 0
    assert len(said.objects) == 2
    (line,) = said.lines
    assert line.startswith(f"{path}:12:7: warning: ModelService llama: spec.decode.containers[0].image: ")


def test_standard_input_has_a_name_too() -> None:
    """Mistakes in stdin are told with <stdin> as the file."""
    said = call("render", "-", stdin=service(more="  x: 1\n"))
    assert said.lines[0].startswith("<stdin>:14:3: error: ")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: [\n", "FILE:2:1: error: "),
        ("a: b: c\n", "FILE:1:5: error: "),
        ("text\n", "FILE:1:1: error: this is no map; must be modelservice.llm-d.ai/v1alpha1 ModelService"),
        ("kind: Pod\napiVersion: v1\n", "FILE:1:1: error: this is v1 Pod; must be modelservice.llm-d.ai/v1alpha1 ModelService"),
        (OVERLAY, "FILE:2:1: error: this is modelservice.llm-d.ai/v1alpha1 Overlay; must be"),
        ("", "FILE:1:1: error: there is no ModelService in it"),
        ("# nothing\n---\n", "FILE:1:1: error: there is no ModelService in it"),
    ],
)
def test_a_file_of_something_else(tmp_path: Path, text: str, start: str) -> None:
    """What is no YAML, or no ModelService, is told with its place, and code 1."""
    path = written(tmp_path, "file.yaml", text)
    said = call("render", path)
    assert (said.code, said.stdout) == (1, "")
    assert said.lines[0].startswith(start.replace("FILE", path))


@pytest.mark.parametrize("missing", ["none.yaml", "empty"])
def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path, llama: str, missing: str) -> None:
    """A file that cannot be opened, or a folder without any, is code 2, wherever it stands; nothing is printed of the others."""
    (tmp_path / "empty").mkdir()
    path = str(tmp_path / missing)
    for arguments in (["render", path], ["render", llama, path], ["render", llama, "--overlay", path]):
        said = call(*arguments)
        assert (said.code, said.stdout) == (2, "")
        assert path in said.lines[-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OVERLAY.replace("target: pod", "target: pods"), ":6:5: error: Overlay ours: spec.patches[0].target: "),
        (OVERLAY.replace("kind: Overlay", "kind: Overlai"), ":2:1: error: this is modelservice.llm-d.ai/v1alpha1 Overlai; must be"),
        (OVERLAY.replace("metadata: {name: ours}", "metadata: {}"), ":3:1: error: metadata.name: "),
        ("a: [", ":1:"),
        (OVERLAY.replace("SECONDS}", "SECONDS"), ":"),
    ],
)
def test_a_wrong_overlay_has_its_place(tmp_path: Path, llama: str, text: str, words: str) -> None:
    """An overlay file is held against its schema, with the place of the mistake in it."""
    path = written(tmp_path, "overlay.yaml", text)
    said = call("render", llama, "--overlay", path)
    assert (said.code, said.stdout) == (1, "")
    assert said.lines[0].startswith(f"{path}{words}")


def test_an_overlay_that_does_not_fit_is_told(tmp_path: Path, llama: str) -> None:
    """What only the merge can find names the overlay."""
    text = OVERLAY.replace("{terminationGracePeriodSeconds: SECONDS}", "{containers: text}")
    said = call("render", llama, "--overlay", written(tmp_path, "overlay.yaml", text))
    assert (said.code, said.stdout) == (1, "")
    assert "overlay ours" in said.stderr


def test_a_preset_takes_parameters(tmp_path: Path, llama: str) -> None:
    """NAME:PARAMETER=VALUE, over what the spec gives; what cannot be read is a wrong call."""
    assert "sizeLimit: 16Gi" in call("render", llama, "--preset", "shm:sizeLimit=16Gi").stdout
    named = written(tmp_path, "named.yaml", service(more="  presets: [{name: shm, sizeLimit: 1Gi}]\n"))
    assert "sizeLimit: 1Gi" in call("render", named, "--preset", "shm").stdout
    assert "sizeLimit: 2Gi" in call("render", named, "--preset", "shm:sizeLimit=2Gi").stdout
    said = call("render", llama, "--preset", "shm:16Gi")
    assert (said.code, said.stdout) == (2, "")
    assert "--preset" in said.lines[-1]
    assert "is no PARAMETER=VALUE" in said.lines[-1]


def test_a_preset_with_a_mistake_has_its_place_in_the_file(tmp_path: Path) -> None:
    """Line and column of the value, or of the preset."""
    path = written(tmp_path, "a.yaml", service(more="  presets:\n  - probes\n  - name: shm\n    sizeLimit: 16\n  - keda\n  - hpa\n"))
    lines = [line.removeprefix(f"{path}:").partition(": error: ModelService llama: ") for line in call("render", path).lines]
    last = max(int(place.partition(":")[0]) for place, _, _ in lines)
    assert [(int(place.partition(":")[0]) - last, field.partition(": ")[0]) for place, _, field in lines] == [
        (-2, "spec.presets[1].sizeLimit"),
        (-1, "spec.presets[2].serverAddress"),
        (-1, "spec.presets[2].maxReplicaCount"),
        (0, "spec.presets[3].maxReplicas"),
    ]


def test_a_preset_that_is_not_there_is_told(llama: str) -> None:
    """An unknown preset is an error with those that there are."""
    said = call("render", llama, "--preset", "smh")
    assert (said.code, said.stdout) == (1, "")
    assert "there is no preset 'smh'; did you mean shm? There are: " in said.lines[0]


def test_services_are_held_against_one_another(tmp_path: Path, llama: str) -> None:
    """Two files that generate the same objects are an error of the later one."""
    other = written(tmp_path, "other.yaml", service())
    said = call("render", llama, other)
    assert (said.code, said.stdout) == (1, "")
    assert all(line.startswith(f"{other}:") for line in said.lines)


def test_mistakes_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Whichever stage found them: who mends them goes down the file."""
    path = written(
        tmp_path,
        "a.yaml",
        service(more="  multinod: true\n").replace("replicas: 1", "replicas: -1\n    volumes: [{name: x, emptydir: {}}]"),
    )
    lines = [int(line.removeprefix(f"{path}:").partition(":")[0]) for line in call("render", path).lines]
    assert lines == sorted(lines)
    assert len(lines) >= 3
