"""Under the real kpt: resources appear as files, and the user's own files stay as they are.

What happens to the resources of an earlier run is not tested here yet.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.integration.folders import model_service, objects, read, write

Run = subprocess.CompletedProcess[str]
Kpt = Callable[..., Run]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(ROOT.glob("examples/*/modelservice.yaml"))

KPTFILE = """\
# The package.
apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: package # its name
  annotations:
    config.kubernetes.io/local-config: "true"
pipeline:
  mutators:
    - exec: modelservice-fn
      configPath: modelservice.yaml
"""
# In the style that kpt itself keeps; what MESSY has, kpt rewrites whatever the function does.
USER = """\
# Written by hand.
apiVersion: v1
kind: ConfigMap
metadata:
  name: "quoted" # and commented
data:
  switch: "on"
  script: |
    # no comment of YAML
    echo "${HOME}" '{{ .Values.x }}'
  text: &anchored "a: b"
  again: *anchored
---
apiVersion: example.com/v1
kind: Example
metadata:
  name: numbers
spec:
  mode: 0755
  large: 1e3
  flow: {a: [1, 2], b: null}
"""
MESSY = """\


# First.

apiVersion: v1   # spaced
kind: ConfigMap
metadata:
    name:   messy


    # before data
data: {a:  "b",
  c: d}
folded: >
  a
  b
# The end.
"""
KUSTOMIZATION = """\
# No kind, no name: kpt hands it over all the same.
resources:
  - modelservice.yaml
"""
FILES = {
    "modelservice.yaml": "# Mine.\n" + model_service(),
    "user.yaml": USER,
    "kustomization.yaml": KUSTOMIZATION,
}
PACKAGE = {**FILES, "Kptfile": KPTFILE}
GENERATED = {"llama.generated.yaml", ".modelservice/llama.yaml"}

EVAL = ("eval", ".", "--exec", "modelservice-fn", "--fn-config", "modelservice.yaml")
RENDER = ("render", ".", "--allow-exec")
CALLS = {"eval": EVAL, "render": RENDER}


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Sequence[str]:
    """Return the arguments of `kpt fn`, in each of the two ways to run a function."""
    return CALLS[request.param]


@pytest.fixture
def run(kpt_fn: Kpt) -> Kpt:
    """Return a function that runs `kpt fn` inside the package in `tmp_path`."""
    return kpt_fn


def test_files_of_the_user_stay(call: Sequence[str], run: Kpt, tmp_path: Path) -> None:
    """Every file that was there is there to the byte, comments and quotes and all; what is generated has files of its own."""
    before = read(write(tmp_path, PACKAGE))
    done = run(*call)
    assert done.returncode == 0, done.stderr
    after = read(tmp_path)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == GENERATED


def test_nothing_is_changed_that_kpt_keeps(run: Kpt, tmp_path: Path) -> None:
    """Text that kpt itself rewrites, with any function, comes out as from `cat`, a function that changes nothing."""
    write(tmp_path, {**FILES, "messy.yaml": MESSY})
    assert run("eval", ".", "--exec", "cat").returncode == 0
    kept = read(tmp_path)["messy.yaml"]
    write(tmp_path, {"messy.yaml": MESSY})
    assert run(*EVAL).returncode == 0
    assert read(tmp_path)["messy.yaml"] == kept


@pytest.mark.parametrize("config", EXAMPLES, ids=lambda path: str(path.parent.name))
def test_examples_serve_kpt_too(config: Path, run: Kpt, environment: dict[str, str], tmp_path: Path) -> None:
    """The ModelService of an example works in a package as it is, and stays as it is; the files hold what `modelservice render` prints."""
    text = config.read_text(encoding="utf-8")
    write(tmp_path, {"modelservice.yaml": text})
    done = run(*EVAL)
    assert done.returncode == 0, done.stderr
    assert "Results" not in done.stderr
    files = read(tmp_path)
    assert files.pop("modelservice.yaml").decode() == text
    command = ["modelservice", "render", str(config)]
    printed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment).stdout
    (generated,) = [file.decode() for name, file in files.items() if name.endswith(".generated.yaml")]
    line = r"    modelservice.llm-d.ai/generated-from: \S+\n"
    mark = re.compile(rf"  annotations:\n{line}(?=\S)|{line}")
    assert objects(mark.sub("", generated)) == objects(printed)


def test_there_are_examples() -> None:
    """Without examples the test above would pass without a run."""
    assert EXAMPLES


def test_generated_files_carry_no_annotations_of_kpt(run: Kpt, tmp_path: Path) -> None:
    """Neither the config's annotations nor the notes that kpt makes for itself get into the files."""
    write(tmp_path, PACKAGE)
    assert run(*RENDER).returncode == 0
    for name in GENERATED:
        text = (tmp_path / name).read_text(encoding="utf-8").replace('config.kubernetes.io/local-config: "true"', "")  # the record's own
        assert "config.kubernetes.io" not in text


def test_a_failure_leaves_the_package(call: Sequence[str], run: Kpt, tmp_path: Path) -> None:
    """A wrong ModelService changes no file, and kpt shows which config, field and cause, as a result of severity error."""
    wrong = {"modelservice.yaml": model_service(more="multinod: true\n")}
    before = read(write(tmp_path, {**PACKAGE, **wrong}))
    done = run(*call)
    assert done.returncode != 0
    assert read(tmp_path) == before
    assert "[error] modelservice.llm-d.ai/v1alpha1/ModelService/llama spec.multinod:" in done.stderr
    assert "multinode" in done.stderr
    assert "Traceback" not in done.stderr


def test_warnings_are_results(call: Sequence[str], run: Kpt, tmp_path: Path) -> None:
    """Warnings are shown by kpt as results, once; stderr of the function stays empty."""
    latest = {"modelservice.yaml": model_service().replace("furiosa-llm:1.0", "furiosa-llm:latest")}
    write(tmp_path, {**PACKAGE, **latest})
    done = run(*call)
    assert done.returncode == 0
    assert done.stderr.count("[warning] modelservice.llm-d.ai/v1alpha1/ModelService/llama spec.decode.containers[0].image:") == 1
    assert "Stderr" not in done.stderr


def test_results_can_be_kept(call: Sequence[str], run: Kpt, tmp_path: Path) -> None:
    """`--results-dir` has the results with severity, resource, field and check."""
    latest = {"modelservice.yaml": model_service().replace("furiosa-llm:1.0", "furiosa-llm:latest")}
    write(tmp_path, {**PACKAGE, **latest})
    assert run(*call, "--results-dir", "results").returncode == 0
    kept = (tmp_path / "results" / "results.yaml").read_text(encoding="utf-8")
    for text in ("severity: warning", "kind: ModelService", "path: spec.decode.containers[0].image", "check: image-tag"):
        assert text in kept


def test_the_shipped_package_renders(run: Kpt, tmp_path: Path) -> None:
    """plugins/kpt is a package that renders as its README says, with its own files left as they are."""
    package = tmp_path / "my-model"
    shutil.copytree(ROOT / "plugins" / "kpt", package)
    before = read(package)
    done = run("render", "my-model", "--allow-exec")
    assert done.returncode == 0, done.stderr
    after = read(package)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"llama-8b.generated.yaml", ".modelservice/llama-8b.yaml"}
    assert "[warning]" not in done.stderr


def test_execution_must_be_allowed(run: Kpt, tmp_path: Path) -> None:
    """Without --allow-exec kpt runs no function and says so, as our documents have it."""
    before = read(write(tmp_path, PACKAGE))
    done = run("render", ".")
    assert done.returncode != 0
    assert "--allow-exec" in done.stderr
    assert read(tmp_path) == before
