"""Passing everything through under the real kpt, compared with `cat`, which is the least that kpt does to files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

IDENTITY = """\
#!{python}
import sys
sys.path[:0] = {path!r}
from modelservice import krm
{change}
krm.write_stdout(krm.write_resource_list(resources))
"""
FILES = {
    "Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: p # name\n# info\ninfo:\n  description: d\n",
    "kustomization.yaml": "# no kind\nresources:\n- a.yaml\n",
    "a.yaml": """\
# head

# second head
apiVersion: v1
kind: ConfigMap
metadata: # beside
  name: 'a'
  annotations: {x: "on", y: 'yes'}
data:
    "on": on
    n: 1e3
    o: 012
    script: |
      echo hi && ls *.py
        indented # no comment

      end
    fold: >-
      folded text
      here

      paragraph
    keep: |+
      text

    anchor: &a foo
    alias: *a
    # before the list
    list:
      - a
      - b: 1
    quoted: "a\\tb"
# foot
---
# second document
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
data:
  date: 2024-01-01
  <<: {k: v}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {a: 1, b: [1, 2]}
# end
""",
    "crlf.yaml": "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: d\r\ndata:\r\n  s: |\r\n    a\r\n    b\r\n",
}


def _package(folder: Path) -> Path:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode())
    return folder


def _function(folder: Path, change: str) -> Path:
    script = folder / "function"
    change = f"resources = krm.read_resource_list(krm.read_stdin())\n{change}"
    script.write_text(IDENTITY.format(python=sys.executable, path=sys.path, change=change), encoding="utf-8")
    script.chmod(0o755)
    return script


def _eval(kpt: Path, package: Path, function: str) -> subprocess.CompletedProcess[str]:
    command = (kpt, "fn", "eval", package, "--exec", function)
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8")


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_untouched(kpt: Path, tmp_path: Path) -> None:
    """A function that passes everything through leaves the files as `cat` does, and a second run changes nothing."""
    ours, cats = _package(tmp_path / "ours"), _package(tmp_path / "cats")
    function = str(_function(tmp_path, ""))
    assert _eval(kpt, ours, function).returncode == 0
    assert _eval(kpt, cats, str(shutil.which("cat"))).returncode == 0
    first = _contents(ours)
    assert first == _contents(cats)
    assert _eval(kpt, ours, function).returncode == 0
    assert _contents(ours) == first


def test_one_changed_item(kpt: Path, tmp_path: Path) -> None:
    """One item that is replaced changes its own text only, and one that is added gets its file."""
    ours, cats = _package(tmp_path / "ours"), _package(tmp_path / "cats")
    change = """\
index = next(i for i, item in enumerate(resources.items) if item.value["metadata"].get("name") == "b")
value = resources.items[index].value
value["data"] = {"mode": "0755", "script": "a\\nb\\n", "list": ["on", {"x": "y"}]}
resources.items[index] = krm.Item(value)
resources.items.append(krm.Item({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new"}}))
"""
    assert _eval(kpt, ours, str(_function(tmp_path, change))).returncode == 0
    assert _eval(kpt, cats, str(shutil.which("cat"))).returncode == 0
    after, before = _contents(ours), _contents(cats)
    assert after.pop("configmap_new.yaml") == b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\n"
    old, new = before.pop("a.yaml").split(b"---\n"), after.pop("a.yaml").split(b"---\n")
    assert after == before
    assert [old[0], old[2]] == [new[0], new[2]]
    data = b'data:\n  mode: "0755"\n  script: |\n    a\n    b\n  list:\n  - "on"\n  - x: "y"\n'
    assert new[1].endswith(b"name: b\n" + data)


@pytest.mark.parametrize("severity", ["error", "info"])
def test_results(kpt: Path, tmp_path: Path, severity: str) -> None:
    """Kpt shows our results and finds nothing malformed in them."""
    change = f"""\
reference = krm.ResourceRef.of(resources.items[1].value)
resources.results = [krm.Result("so it is", {severity!r}, field="data.a", current=1, resource=reference, file="a.yaml")]
"""
    done = _eval(kpt, _package(tmp_path / "ours"), str(_function(tmp_path, change)))
    assert f"[{severity}] v1/ConfigMap/a data.a: so it is" in done.stderr
    assert done.returncode == 0, done.stderr
