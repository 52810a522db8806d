"""modelservice diff: what two versions differ in, and what that does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text
from tests.cli.terminal import Said, call, process, service, written
from tests.integration.folders import write

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: n}
spec:
  replicas: 1
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
      - name: c
        image: registry.example/c:1
        args: [--one, --two, --three]
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  text: |\n    one\n    two\n    three\n"


def diff(*arguments: str, stdin: str = "") -> Said:
    """Call the command."""
    return call("diff", *arguments, stdin=stdin)


def git(folder: Path, *arguments: str) -> None:
    """Call git in a folder."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of a repository with a ModelService and a layer, all committed; the process is in it."""
    files = {
        "deploy/models/llama.yaml": service(),
        "deploy/models/.hidden/other.yaml": service("other"),
        "deploy/prod.yaml": "decode: {replicas: 3}\n",
    }
    write(tmp_path, {**files, "README.md": "# Models\n"})
    git(tmp_path, "init")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "-m", "first")
    monkeypatch.chdir(tmp_path / "deploy")
    return tmp_path / "deploy"


def replicas(said: Said) -> list[tuple[Any, Any]]:
    """What the only field that differs was and is; the answer must be JSON."""
    (one,) = json.loads(said.stdout)["objects"]
    return [(field["old"], field["new"]) for field in one["fields"]]


# What it says


def test_what_is_the_same_says_nothing(tmp_path: Path) -> None:
    """Exit code 0, as diff has it."""
    file = written(tmp_path, "a.yaml", DEPLOYMENT + "---\n" + CONFIG)
    assert diff(file, file) == (0, "", "")
    other = written(tmp_path, "b.yaml", CONFIG + "---\n" + DEPLOYMENT)
    assert diff(file, other) == (0, "", "")


def test_what_a_difference_looks_like_as_text(tmp_path: Path) -> None:
    """Objects, their fields in one line each, lists and texts line by line, what it does, and how much it is."""
    old = written(tmp_path, "old.yaml", DEPLOYMENT + "---\n" + CONFIG + "---\napiVersion: v1\nkind: Service\nmetadata: {name: gone}\n")
    changed = DEPLOYMENT.replace("replicas: 1", "replicas: 3").replace("--two", "--too").replace("c:1", "c:2")
    new = written(
        tmp_path, "new.yaml", changed + "---\n" + CONFIG.replace("two", "2") + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: come}\n"
    )
    said = diff(old, new)
    assert said.code == 1
    assert said.stderr == ""
    assert (
        said.stdout
        == """\
~ Deployment n/a
    spec.replicas: 1 -> 3
    spec.template.spec.containers[name=c].image: registry.example/c:1 -> registry.example/c:2
    spec.template.spec.containers[name=c].args:
        --one
      - --two
      + --too
        --three
  ! restart: its pods are replaced, a few at a time
  ! replicas: 1 -> 3
~ ConfigMap b
    data.text:
        one
      - two
      + 2
        three
  ! note: files mounted from it follow within about a minute; variables, and mounts by subPath, only when the pods are restarted
+ Secret come
- Service gone
  ! deleted: its name is no longer found
objects: 2 changed, 1 added, 1 removed, 1 with pods that restart
"""
    )


def test_what_a_difference_looks_like_as_json(tmp_path: Path) -> None:
    """Programs read this shape."""
    old, new = (
        written(tmp_path, "old.yaml", DEPLOYMENT),
        written(tmp_path, "new.yaml", DEPLOYMENT.replace("  replicas: 1\n", "  minReadySeconds: 5\n")),
    )
    said = diff(old, new, "--output", "json")
    assert said.code == 1
    assert json.loads(said.stdout) == {
        "old": old,
        "new": new,
        "objects": [
            {
                "change": "changed",
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "namespace": "n",
                "name": "a",
                "fields": [
                    {"path": "spec.minReadySeconds", "way": "value", "counts": True, "old": 0, "new": 5, "default": "old"},
                ],
                "impact": [],
            }
        ],
    }
    renamed = written(tmp_path, "renamed.yaml", DEPLOYMENT.replace("name: a,", "name: z,"))
    (one,) = json.loads(diff(old, renamed, "--output", "json").stdout)["objects"]
    assert (one["change"], one["oldNamespace"], one["oldName"], one["name"]) == ("renamed", "n", "a", "z")
    assert one["impact"] == [
        {"effect": "deleted", "message": "its pods stop", "paths": []},
        {"effect": "created", "message": "its pods start", "paths": []},
    ]
    assert json.loads(diff(old, old, "--output", "json").stdout)["objects"] == []


def test_long_values_are_cut_where_they_differ(tmp_path: Path) -> None:
    """A line is what somebody reads."""
    old, new = (CONFIG.replace("text: |\n    one\n    two\n    three\n", f"text: {'x' * 300}{end}{'y' * 300}\n") for end in ("1", "2"))
    said = diff(written(tmp_path, "old.yaml", old), written(tmp_path, "new.yaml", new))
    line = said.stdout.splitlines()[1]
    assert len(line) < 250
    assert "x1y" in line
    assert "x2y" in line


def test_long_lines_are_cut_where_they_differ(tmp_path: Path) -> None:
    """A command that a shell runs is one long word of a list; of very many lines only the first are told."""
    old, new = (DEPLOYMENT.replace("[--one, --two, --three]", f"[-c, {'x' * 300}{end}{'y' * 300}]") for end in ("1", "2"))
    lines = diff(written(tmp_path, "old.yaml", old), written(tmp_path, "new.yaml", new)).stdout.splitlines()
    assert max(map(len, lines)) < 200
    assert [line[:10].strip()[:1] for line in lines if "x1y" in line or "x2y" in line] == ["-", "+"]
    many = "".join(f"    {number}\n" for number in range(100))
    more = written(tmp_path, "more.yaml", CONFIG.replace("    one\n", many))
    said = diff(written(tmp_path, "few.yaml", CONFIG), more)
    assert "      ... and 72 more lines\n" in said.stdout


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """Whatever a value or a key holds."""
    old, new = (CONFIG.replace("text: |\n    one\n    two\n    three\n", f'"a\\e[31m": "\\e[3{end}m"\n') for end in "12")
    said = diff(written(tmp_path, "old.yaml", old), written(tmp_path, "new.yaml", new))
    assert said.code == 1
    assert "\x1b" not in said.stdout


# What is compared


def test_model_services_are_compared_by_what_they_become(tmp_path: Path) -> None:
    """With the options of both sides, and of one."""
    file, layer = written(tmp_path, "a.yaml", service()), written(tmp_path, "layer.yaml", "decode: {replicas: 3}\n")
    assert diff(file, file, "-f", layer, "--preset", "hardened", "--set", "decode.replicas=2").code == 0
    assert replicas(diff(file, file, "--new-layer", layer, "--output", "json")) == [(1, 3)]
    assert replicas(diff(file, file, "--old-set", "decode.replicas=2", "--new-set", "decode.replicas=4", "--output", "json")) == [(2, 4)]
    assert replicas(diff(file, file, "-f", layer, "--old-set", "decode.replicas=2", "--output", "json")) == [(2, 3)]
    assert "runAsNonRoot" in diff(file, file, "--new-preset", "hardened").stdout
    assert "restart" in diff(file, file, "--old-preset", "hardened").stdout


def test_a_model_service_is_compared_with_what_was_made_of_it(tmp_path: Path) -> None:
    """A stream, standard input, a folder of files, a List, in any order: all the same."""
    file = written(tmp_path, "a.yaml", service())
    rendered = call("render", file)
    assert diff(file, "-", stdin=rendered.stdout) == (0, "", "")
    call("render", file, "-o", str(tmp_path / "out"))
    assert diff(str(tmp_path / "out"), file) == (0, "", "")
    items = json.dumps({"apiVersion": "v1", "kind": "List", "items": rendered.objects[::-1]})
    assert diff(file, "-", stdin=items) == (0, "", "")


def test_errors_are_trouble(tmp_path: Path) -> None:
    """Exit code 2, since 1 says that there are differences; with the place, and nothing on stdout."""
    good = written(tmp_path, "good.yaml", DEPLOYMENT)
    cases = {
        "a: [\n": ":2:1: error: this is not YAML",
        "a: b\n": ":1:1: error: this is no object: an object has apiVersion, kind and metadata.name [config]",
        f"{CONFIG}---\n{CONFIG}": ":12:12: error: ConfigMap b is there twice, first at",
        service(more="  decoed: {}\n"): "decoed",
        "apiVersion: v1\nkind: List\nitems: [{kind: A}]\n": ":3:9: error: this is no object",
    }
    for text, message in cases.items():
        bad = written(tmp_path, "bad.yaml", text)
        for sides in ((good, bad), (bad, good)):
            said = diff(*sides)
            assert (said.code, said.stdout) == (2, "")
            assert message in said.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "-"], "only one side can be standard input"),
        (["-"], "is needed beside standard input"),
        (["good.yaml", "nothing.yaml"], "nothing.yaml: No such file or directory"),
        (["good.yaml", "good.yaml", "--set", "a=b"], "neither good.yaml nor good.yaml has a ModelService"),
        (["good.yaml", "HEAD:good.yaml"], "is in no git repository that could have a revision"),
        (["good.yaml"], "is in no git repository that could have a revision"),
    ],
)
def test_wrong_calls_are_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str) -> None:
    """One error, exit code 2."""
    written(tmp_path, "good.yaml", DEPLOYMENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    said = diff(*arguments)
    assert (said.code, said.stdout) == (2, "")
    assert message in " ".join(said.stderr.split())


# Revisions


def test_one_side_alone_is_compared_with_head(repository: Path) -> None:
    """Files of options as they were then, too; a folder, a file, from another folder, by its whole path."""
    assert diff("models") == (0, "", "")
    (repository / "models" / "llama.yaml").write_text(service(more="  presets: [hardened]\n"))
    (repository / "prod.yaml").write_text("decode: {replicas: 5}\n")
    for path in ("models", "./models/", "models/llama.yaml", str(repository / "models"), str(repository / "models" / "llama.yaml")):
        said = diff(path)
        assert (said.code, "runAsNonRoot" in said.stdout, "replicas" in said.stdout) == (1, True, False), path
    assert "spec.replicas: 3 -> 5" in diff("models", "-f", "prod.yaml").stdout


def test_a_revision_is_named_before_the_path(repository: Path) -> None:
    """Below the folder one is in, as other paths are, or below the root of the repository, as git has it."""
    git(repository, "tag", "v1")
    (repository / "models" / "llama.yaml").write_text(service().replace("replicas: 1", "replicas: 4"))
    git(repository, "commit", "-a", "-m", "second")
    for old in ("v1:models", "v1:./models/", "HEAD~1:deploy/models", "v1:models/llama.yaml", f"v1:{repository}/models"):
        said = diff(old, "models", "--output", "json")
        assert [one["name"] for one in json.loads(said.stdout)["objects"]] == ["llama-decode"], old
    assert diff("v1:models").stdout == diff("v1:models", "HEAD:models").stdout
    assert diff("HEAD:models", "models") == (0, "", "")


def test_a_folder_of_a_revision_is_read_as_others_are(repository: Path) -> None:
    """Without what is hidden, and what is no YAML; other commands read it as well."""
    names = [obj["metadata"]["name"] for obj in call("render", "HEAD:models").objects]
    assert names == ["llama", "llama-decode"]
    assert call("render", "HEAD:models").stdout == call("render", "models").stdout
    assert "HEAD:README.md: error" not in diff("HEAD:", "HEAD:").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["HEAD:nothing", "models"], "HEAD:nothing: there is no nothing in HEAD"),
        (["v9:models", "models"], "git knows no revision v9"),
        (["models", "-f", "new.yaml"], "new.yaml: there is no such file in HEAD; --new-layer is for NEW alone"),
        (["HEAD", "models"], "HEAD is a git revision, and no file: what it has is HEAD:PATH"),
    ],
)
def test_what_a_revision_lacks_is_told(repository: Path, arguments: list[str], message: str) -> None:
    """And what would be right."""
    written(repository, "new.yaml", "decode: {replicas: 3}\n")
    said = diff(*arguments)
    assert (said.code, said.stdout) == (2, "")
    assert message in " ".join(said.stderr.split())


def test_mistakes_in_a_revision_have_their_place(repository: Path) -> None:
    """With the revision in the file's name."""
    (repository / "models" / "llama.yaml").write_text(service(more="  decoed: {}\n"))
    git(repository, "commit", "-a", "-m", "worse")
    (repository / "models" / "llama.yaml").write_text(service())
    said = diff("models")
    assert said.code == 2
    assert said.lines[0].startswith("HEAD:models/llama.yaml:14:3: error: ModelService llama: spec.decoed: ")


# As users call it


def test_the_installed_command_is_plain_where_nobody_looks(tmp_path: Path) -> None:
    """No colours in a pipe."""
    old, new = written(tmp_path, "old.yaml", DEPLOYMENT), written(tmp_path, "new.yaml", CONFIG)
    said = process("diff", old, new)
    assert (said.code, said.stderr) == (1, "")
    assert said.stdout.startswith("+ ConfigMap b\n- Deployment n/a\n")


def test_colours_are_for_terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And for those who ask for them, but never for those who want none."""
    old, new = written(tmp_path, "old.yaml", DEPLOYMENT), written(tmp_path, "new.yaml", CONFIG)
    plain = process("diff", old, new).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = process("diff", old, new).stdout
    assert "\x1b[1;32m+ ConfigMap b" in coloured
    assert Text.from_ansi(coloured).plain.rstrip("\n") == plain.rstrip("\n")
    monkeypatch.setenv("NO_COLOR", "1")
    assert process("diff", old, new).stdout == plain


def test_a_list_of_maps_is_told_item_by_item(tmp_path: Path) -> None:
    """A new container in one line, however much it is."""
    more = DEPLOYMENT + "      - name: d\n        image: registry.example/d:1\n        args: [" + ", ".join(["--flag"] * 50) + "]\n"
    said = diff(written(tmp_path, "old.yaml", DEPLOYMENT), written(tmp_path, "new.yaml", more))
    line = said.stdout.splitlines()[1]
    assert line.startswith('    spec.template.spec.containers[name=d]: (none) -> {"name": "d", "image": "registry.example/d:1", ')
    assert line.endswith("…")
