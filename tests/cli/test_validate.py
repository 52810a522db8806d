"""modelservice validate: ModelServices, and whatever lies beside them, judged without being applied."""

from __future__ import annotations

import itertools
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import SOURCE, call, service, written

from modelservice import __version__
from modelservice.checks import NAMES
from modelservice.krm import write_documents

HEAD = "apiVersion: modelservice.llm-d.ai/v1alpha1\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        envFrom: [{secretRef: {name: token}}]
"""
WRONG = DEPLOYMENT.replace("replicas: 1", "replicas: two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a ModelService, and a Deployment that names a Secret."""
    written(tmp_path, "llama.yaml", service())
    written(tmp_path, "web.yaml", DEPLOYMENT)
    return tmp_path


def findings(*arguments: str, stdin: str = "") -> list[Any]:
    """Return the findings of a call, as JSON has them."""
    found: list[Any] = json.loads(call("validate", *arguments, "--output", "json", stdin=stdin).stdout)["findings"]
    return found


def test_nothing_wrong_is_nothing_said(tmp_path: Path) -> None:
    """Without a finding there is no output, and the exit code is 0; nothing is printed of what is generated."""
    assert call("validate", written(tmp_path, "a.yaml", service())) == (0, "", "")


def test_findings_are_the_answer(tmp_path: Path) -> None:
    """They are on stdout, in the one form of messages, and an error is exit code 1."""
    path = written(tmp_path, "a.yaml", service().replace("replicas", "replica"))
    line = f"{path}:9:5: error: ModelService llama: spec.decode.replica: unknown key; did you mean replicas? [config]\n"
    assert call("validate", path) == (1, line, "")


def test_every_object_is_judged(tmp_path: Path) -> None:
    """Also one that no ModelService has to do with, and also beside a ModelService that is wrong."""
    path = written(tmp_path, "a.yaml", f"{service(more='  wrong: 1')}\n---\n{WRONG}")
    assert [(one["check"], one["line"]) for one in findings(path)] == [("config", 14), ("kubernetes-fields", 20)]
    assert call("render", path).stderr.count("\n") == 1


def test_manifests_need_no_model_service(tmp_path: Path) -> None:
    """What is no ModelService, Overlay or the like is a manifest, and may stand alone, on stdin too."""
    assert call("validate", written(tmp_path, "a.yaml", DEPLOYMENT)).code == 0
    (found,) = findings("-", stdin=WRONG)
    assert (found["file"], found["line"], found["column"]) == ("<stdin>", 5, 3)
    assert (found["field"], found["check"], found["severity"]) == ("spec.replicas", "kubernetes-fields", "error")
    assert found["resource"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}


def test_what_is_not_there_is_missed_in_folders(folder: Path) -> None:
    """A folder is complete, files are not; --complete and --no-complete say it."""
    web = str(folder / "web.yaml")
    assert [one["check"] for one in findings(str(folder))] == ["references"]
    assert [one["check"] for one in findings(web, "--complete")] == ["references"]
    assert findings(web) == findings(str(folder), "--no-complete") == []


def test_a_file_that_cannot_be_read_leaves_the_others(folder: Path) -> None:
    """Each is told, the rest is looked at, and nothing is missed then that the file may have."""
    written(folder, "bad.yaml", "a: [\n")
    written(folder, "worse.yaml", "a: b: c\n")
    written(folder, "wrong.yaml", WRONG.replace("web", "other"))
    found = findings(str(folder))
    assert [(Path(one["file"]).name, one["check"]) for one in found] == [
        ("bad.yaml", "yaml"),
        ("worse.yaml", "yaml"),
        ("wrong.yaml", "kubernetes-fields"),
    ]
    assert len(call("render", str(folder)).lines) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is nothing in it"),
        ("# nothing\n---\n", "there is nothing in it"),
        ("[1]\n", "this is a list; must be a resource"),
        ("text\n", "this is 'text'; must be a resource"),
        ("a: 1\n", "this has no kind; must be a resource"),
        ("decode: {}\n", "is this a values file of Helm?"),
        ("kind: X\n", "this has no apiVersion"),
        ("kind: X\napiVersion: v1\nmetadata: 1\n", "metadata: is no map"),
        ("kind: ModelService\napiVersion: v1\n", "this is v1 ModelService; must be modelservice.llm-d.ai/v1alpha1"),
    ],
)
def test_what_is_no_resource_is_an_error(text: str, words: str) -> None:
    """It has its place, and says what would be right."""
    said = call("validate", "-", stdin=text)
    assert said.code == 1
    assert said.stdout.startswith("<stdin>:")
    assert words in said.stdout
    assert said.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (f"{HEAD}kind: Overlay\nmetadata: {{name: a}}\nspec: {{patches: [{{target: pot, patch: {{}}}}]}}\n", "spec.patches[0].target"),
        (f"{HEAD}kind: Profile\nmetadata: {{name: a}}\nspec: {{defaults: {{decod: 1}}}}\n", "spec.defaults.decod"),
        (f"{HEAD}kind: Patches\nmetadata: {{name: a}}\nspec: {{}}\n", "spec.patches"),
        (f"{HEAD}kind: Validation\nmetadata: {{name: a}}\nspec: {{checks: {{nonsense: error}}}}\n", "spec.checks.nonsense"),
    ],
)
def test_each_config_is_judged(text: str, field: str) -> None:
    """Of every kind of ours, with the field; and the manifest beside it too."""
    found = findings("-", stdin=f"{text}---\n{WRONG}")
    assert {one["field"] for one in found} == {field, "spec.replicas"}


def test_a_validation_says_how_serious_it_is(folder: Path) -> None:
    """A Validation among the files gives severities, also to warnings about ModelServices, and what is there anyway."""
    written(folder, "llama.yaml", service().replace("engine:1.0", "engine:latest"))
    validation = f"{HEAD}kind: Validation\nmetadata: {{name: v}}\nspec:\n"
    assert {(one["check"], one["severity"]) for one in findings(str(folder))} == {("image-tag", "warning"), ("references", "warning")}
    written(folder, "v.yaml", f"{validation}  external: [Secret/token]\n  checks: {{image-tag: error}}\n")
    assert [(one["check"], one["severity"]) for one in findings(str(folder))] == [("image-tag", "error")]
    written(folder, "v.yaml", f"{validation}  checks: {{image-tag: off, references: error}}\n")
    said = call("validate", str(folder))
    assert (said.code, said.stdout.count("[references]"), said.stdout.count("\n")) == (1, 1, 1)


def test_a_validation_does_not_mend_what_fails(tmp_path: Path) -> None:
    """What keeps a ModelService from being generated is an error, whatever a Validation says."""
    twice = "    volumes:\n    - {name: a, emptyDir: {}}\n    - {name: a, emptyDir: {}}\n"
    validation = f"---\n{HEAD}kind: Validation\nmetadata: {{name: v}}\nspec: {{checks: {{duplicate-items: off}}}}\n"
    path = written(tmp_path, "a.yaml", service(more=twice) + validation)
    assert [one["check"] for one in findings(path)] == ["duplicate-items"]
    assert call("render", path).code == 1


def test_the_cluster_s_version(tmp_path: Path) -> None:
    """--kubernetes says it for manifests too, and no version is a wrong call."""
    path = written(tmp_path, "a.yaml", DEPLOYMENT.replace("      containers:", "      hostnameOverride: a\n      containers:"))
    assert findings(path, "--kubernetes", "1.36") == []
    (found,) = findings(path, "--kubernetes", "1.30")
    assert found["field"] == "spec.template.spec.hostnameOverride"
    said = call("validate", path, "--kubernetes", "new")
    assert said.code == 2
    assert "--kubernetes: is 'new'" in said.stderr


@pytest.mark.parametrize(("severity", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_what_makes_it_fail(folder: Path, severity: str, code: int) -> None:
    """--severity says which findings do; with --quiet nothing else is told."""
    said = call("validate", str(folder), "--severity", severity)
    assert (said.code, "[references]" in said.stdout) == (code, True)
    quiet = call("validate", str(folder), "--severity", severity, "--quiet")
    assert (quiet.code, "[references]" in quiet.stdout) == (code, bool(code))


def test_layers_presets_and_settings_are_those_of_render(tmp_path: Path) -> None:
    """What is wrong in an option has the option as its place, or the file of the layer."""
    path = written(tmp_path, "a.yaml", service())
    layer = written(tmp_path, "prod.yaml", "decode: {replica: 2}\n")
    (found,) = findings(path, "-f", layer)
    assert (found["file"], found["line"], found["field"]) == (layer, 1, "spec.decode.replica")
    (found,) = findings(path, "--set", "decode.replica=2")
    assert (found["place"], found["field"], "file" in found) == ("--set decode.replica=2", "spec.decode.replica", False)
    for option in ("-f", "--overlay", "--profile"):
        bad = written(tmp_path, "bad.yaml", "a: [\n")
        (found,) = findings(path, option, bad)
        assert (found["file"], found["check"]) == (bad, "yaml")
    assert call("validate", path, "--preset", "nonsense").code == 1
    assert call("validate", path, "--set", "nonsense").code == 2


def test_an_edit_by_hand_has_its_own_place(tmp_path: Path) -> None:
    """What somebody wrote into a generated file is told of there, and not at the ModelService."""
    written(tmp_path, "llama.yaml", service())
    (deployment,) = [obj for obj in call("render", str(tmp_path)).objects if obj["kind"] == "Deployment"]
    deployment["metadata"]["annotations"] = {"modelservice.llm-d.ai/generated-from": "llama"}
    deployment["spec"]["replicsa"] = 2
    path = written(tmp_path, "llama.generated.yaml", write_documents([deployment]))
    (found,) = [one for one in findings(str(tmp_path)) if one["check"] == "kubernetes-fields"]
    assert (found["file"], found["field"]) == (path, "spec.replicsa")
    assert Path(path).read_text(encoding="utf-8").splitlines()[found["line"] - 1] == "  replicsa: 2"


def test_patches_of_a_kustomization_are_no_resources(tmp_path: Path) -> None:
    """What a kustomization.yaml in a folder lists as patches is a part of a resource, and not looked at as a whole one."""
    written(tmp_path, "llama.yaml", service())
    written(tmp_path, "patch.yaml", f"{HEAD}kind: ModelService\nmetadata: {{name: llama}}\n")
    assert call("validate", str(tmp_path)).code == 1
    kustomization = "resources: [llama.yaml]\npatches: [{path: patch.yaml}, {patch: x}, 1]\npatchesStrategicMerge: [other.yaml]\n"
    written(tmp_path, "kustomization.yaml", kustomization)
    assert call("validate", str(tmp_path)) == (0, "", "")
    assert call("render", str(tmp_path)).code == 0
    written(tmp_path, "kustomization.yaml", "a: [\n")
    assert "kustomization.yaml:2:1: error: this is not YAML" in call("validate", str(tmp_path)).stdout


# Forms


def test_findings_as_json(folder: Path) -> None:
    """Programs read this shape."""
    said = call("validate", str(folder), "--output", "json")
    (found,) = (answer := json.loads(said.stdout)).pop("findings")
    assert said.code == 0
    assert answer == {"files": 2, "objects": 3, "errors": 0, "warnings": 1, "infos": 0}
    assert found == {
        "file": str(folder / "web.yaml"),
        "line": 13,
        "column": 32,
        "severity": "warning",
        "check": "references",
        "message": "there is no Secret token here; add it, or declare it: external: [Secret/token]",
        "field": "spec.template.spec.containers[0].envFrom[0].secretRef.name",
        "resource": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
    }


def test_findings_as_commands_of_github_workflows(folder: Path) -> None:
    """A workflow command a finding, with what would end one escaped."""
    os.rename(folder / "web.yaml", folder / "a,b:c%.yaml")
    (line,) = call("validate", str(folder), "--output", "github").stdout.splitlines()
    file = f"{folder}/a%2Cb%3Ac%25.yaml"
    assert line.startswith(f"::warning file={file},line=13,col=32,title=references::Deployment web: spec.template")
    said = call("validate", "-", "--output", "github", stdin=service("a", more="  drain: 1%\n"))
    assert said.stdout.startswith("::error file=<stdin>,line=14,col=3,title=config::ModelService a: spec.drain: is '1%25';")


def test_findings_as_sarif(folder: Path) -> None:
    """A log of SARIF 2.1.0: a run, whose results name rules by id and index, with their places; rules have help from their pages."""
    written(folder, "b c.yaml", WRONG.replace("web", "other"))
    log = json.loads(call("validate", str(folder), "--output", "sarif", "--set", "decode.replica=1").stdout)
    assert (log["version"], log["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    assert log.keys() == {"version", "$schema", "runs"}
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("modelservice", __version__)
    rules = {rule["id"]: rule for rule in driver["rules"]}
    assert list(rules) == ["config", "kubernetes-fields"]
    assert set(rules) <= {*NAMES, "config", "yaml"}
    assert rules["kubernetes-fields"]["help"]["markdown"].startswith("# kubernetes-fields\n")
    assert rules["kubernetes-fields"]["shortDescription"]["text"].startswith("A field that Kubernetes")
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
    setting, field = run["results"]
    assert "locations" not in setting
    assert setting["message"]["text"].startswith("--set decode.replica=1: ModelService llama: ")
    (location,) = field["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == f"file://{folder}/b%20c.yaml"
    assert physical["region"] == {"startLine": 5, "startColumn": 3}


def test_the_line_of_the_file(tmp_path: Path) -> None:
    """--source shows the line, with a caret below the place; also of a file that is no YAML, of tabs and of long lines."""
    path = written(tmp_path, "a.yaml", service().replace("replicas", "replica"))
    assert call("validate", path, "--source").stdout.splitlines()[1:] == ["    9 |     replica: 1", "      |     ^"]
    path = written(tmp_path, "b.yaml", "a: b: c\n")
    assert call("validate", path, "--source").stdout.splitlines()[1:] == ["    1 | a: b: c", "      |     ^"]
    long = json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a" * 300}, "spec": {"prts": []}})
    lines = call("validate", "-", "--source", stdin=long).stdout.splitlines()
    carets = {line[8:].index("^"): above[8:] for above, line in itertools.pairwise(lines) if line.endswith("^")}
    assert all(len(above) <= 160 for above in carets.values())
    assert any(above[column:].startswith('"prts"') for column, above in carets.items())


def on_terminal(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Return what a call prints on a terminal."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-c", "from modelservice.cli import main; main()", *arguments]
    env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    subprocess.run(
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        check=False,
        env={**env, "PYTHONPATH": str(SOURCE), **(environment or {})},
    )
    os.close(terminal)
    said = b""
    try:
        while chunk := os.read(controller, 4096):
            said += chunk
    except OSError:  # all is read
        pass
    os.close(controller)
    return said.decode().replace("\r\n", "\n")


def test_on_a_terminal(tmp_path: Path) -> None:
    """There are colours, the lines of the files, and a last line with the figures; NO_COLOR takes the colours away."""
    path = written(tmp_path, "a.yaml", service().replace("replicas", "replica"))
    coloured = on_terminal("validate", path)
    assert coloured.startswith(f"{path}:9:5: \x1b[31m\x1b[1merror\x1b[0m: ModelService llama: ")
    plain = on_terminal("validate", path, environment={"NO_COLOR": "1"})
    assert "\x1b" not in plain
    assert "\x1b" not in on_terminal("validate", path, environment={"TERM": "dumb"})
    assert plain.splitlines()[1:] == ["    9 |     replica: 1", "      |     ^", "1 file, 0 objects: 1 error"]
    good = on_terminal("validate", written(tmp_path, "b.yaml", service()))
    assert good == "1 file, 2 objects: nothing to tell\n"
    assert "\x1b" not in on_terminal("validate", path, "--output", "sarif")


def test_render_on_a_terminal(tmp_path: Path) -> None:
    """What is told on stderr has the same colours."""
    path = written(tmp_path, "a.yaml", service().replace("engine:1.0", "engine:latest"))
    assert ": \x1b[33m\x1b[1mwarning\x1b[0m: " in on_terminal("render", path)
    assert "warning" not in on_terminal("render", path, "--quiet")
    assert "\x1b" not in on_terminal("render", path, environment={"NO_COLOR": "1"})


def test_a_wrong_overlay_or_profile_leaves_the_rest(tmp_path: Path) -> None:
    """What --overlay and --profile bring is told where it is wrong, and not applied; so is a layer that is for nobody."""
    path = written(tmp_path, "a.yaml", service(more="  wrong: 1\n"))
    overlay = written(tmp_path, "o.yaml", f"{HEAD}kind: Overlay\nmetadata: {{name: o}}\nspec: {{patches: [1]}}\n")
    profile = written(tmp_path, "p.yaml", f"{HEAD}kind: Profil\nmetadata: {{name: p}}\n")
    found = findings(path, "--overlay", overlay, "--profile", profile)
    assert [Path(one["file"]).name for one in found] == ["a.yaml", "o.yaml", "p.yaml"]
    (found,) = findings(written(tmp_path, "b.yaml", DEPLOYMENT), "-f", written(tmp_path, "l.yaml", "drain: 1\n"))
    assert found["message"] == "there is no ModelService; there are: none"


def test_two_of_one_name(tmp_path: Path) -> None:
    """The second of two ModelServices is told, and the rest is looked at without it; a mistake in a layer of both is told once."""
    first = written(tmp_path, "a.yaml", service(more="  drain: x\n"))
    second = written(tmp_path, "b.yaml", f"{service()}---\n{WRONG}")
    found = findings(first, second)
    assert [(Path(one["file"]).name, one["field"]) for one in found] == [
        ("a.yaml", "spec.drain"),
        ("b.yaml", "metadata.name"),
        ("b.yaml", "spec.replicas"),
    ]


def test_objects_without_a_name_have_their_places(tmp_path: Path) -> None:
    """Also where there are several, in files of several documents, and in a List."""
    listed = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {prts: []}}\n"
    first = written(tmp_path, "a.yaml", service())
    second = written(tmp_path, "b.yaml", f"{DEPLOYMENT}---\n{WRONG.replace('metadata: {name: web}', 'metadata: {}')}---\n{listed}")
    found = [(one["file"], one["line"]) for one in findings(first, second) if one["field"].startswith(("spec.replicas", "items"))]
    assert found == [(second, 19), (second, 32)]


def test_files_of_others_can_be_left_out(tmp_path: Path) -> None:
    """--skip-others: what has no config of ours, and what a kustomization beside it lists as a patch, is not looked at; the rest is."""
    files = [
        written(tmp_path, "workflow.yaml", "on: push\n"),
        written(tmp_path, "chart.yaml", "{{ if .a }}\n"),
        written(tmp_path, "layer.yaml", service().replace("name: meta", "nam: meta")),
        written(tmp_path, "kustomization.yaml", "patches: [{path: layer.yaml}]\n"),
    ]
    assert call("validate", "--skip-others", *files) == (0, "", "")
    assert call("validate", *files).code == 1
    wrong = written(tmp_path, "wrong.yaml", service("b", "  replica: 1\n"))
    assert [line.split(":")[0] for line in call("validate", "--skip-others", *files, wrong).stdout.splitlines()] == [wrong]
    written(tmp_path, "kustomization.yaml", "patches: [\n")
    assert str(tmp_path / "layer.yaml") in call("validate", "--skip-others", *files).stdout
    assert call("validate", "--skip-others", str(tmp_path / "none.yaml")).code == 2
