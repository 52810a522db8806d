"""`make fuzz`, for a few mutants: that it tries what it says, that it finds what is wrong, and that there is nothing it finds."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.compose.made import document, engine

from modelservice import function
from modelservice.krm import Item, write_documents, write_yaml
from tasks import fuzz, mutant_samples, mutants
from tasks.mutants import COMMAND, FUNCTION, STDIN, Case

Map = dict[str, Any]

SEED = "test"


def call(config: Map) -> Case:
    """Return a call of the function with a functionConfig."""
    content = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [], "functionConfig": config}
    return Case((FUNCTION,), {STDIN: json.dumps(content).encode()})


def judged(case: Case, *, installed: bool = False) -> str | None:
    """Return of which sort the fault of a case is."""
    fuzz.prepare()
    fault = fuzz.fault_of(case, fuzz.run(case, installed=installed))
    return fault.sort if fault else None


def break_function(monkeypatch: pytest.MonkeyPatch, act: Callable[[Any], object]) -> None:
    """Have the function do something else first, where the spec says that it drains."""

    def broken(resources: Any) -> None:
        if (resources.function_config or {}).get("spec", {}).get("drain"):
            act(resources)
        run(resources)

    run = function.run
    monkeypatch.setattr(function, "run", broken)


DRAINING = call(document({"drain": 90}))


def test_a_few_dozen_mutants() -> None:
    """Whatever is tried, nothing is found; some mutants are right, some are not."""
    tally = fuzz.attempt(SEED, range(30))
    assert [f"{find.number}: {find.fault}" for find in tally.finds] == []
    assert tally.tried == 30
    assert min(tally.codes[0], tally.codes[1]) > 2
    assert 0 < tally.slowest < fuzz.SECONDS


def test_the_same_seed_makes_the_same_mutants() -> None:
    """A find can be had again by its seed and number, also where others were not made before it."""
    made = [mutants.mutant(Random(f"{SEED}:{number}")) for number in range(30)]
    assert mutants.mutant(Random(f"{SEED}:29")) == made[29]
    assert len({str(case) for case in made}) == 30


def test_every_way_in_is_tried() -> None:
    """Function and command line, with overlays, patches, files, packages and records."""
    cases = [mutants.mutant(Random(f"{SEED}:{number}")) for number in range(600)]
    assert {case.command[:2] for case in cases} == {(FUNCTION,), (COMMAND, "render"), (COMMAND, "patch")}
    assert {"--set", "--overlay", "--preset", "--profile", "-f", "-o", "-p"} <= {word for case in cases for word in case.command}
    texts = b"".join(content for case in cases for content in case.files.values())
    for word in (
        b"config.kubernetes.io/path",
        b"LastGenerated",
        b"kind: Validation",
        b"kind: Overlay",
        b"labelSelector",
        b'"op"',
        b"kind: ConfigMap",
        b"kind: Profile",
        b"kind: Patches",
        b"extends:",
        b"engine:",
    ):
        assert word in texts, word
    assert any(name.startswith("in/") for case in cases for name in case.files)


@pytest.mark.parametrize("seed", Random(SEED).sample(mutants.seeds(), 15), ids=lambda seed: " ".join(seed.command[:2]))
def test_what_is_mutated_is_right(seed: mutants.Seed) -> None:
    """A mutant of a call that was refused anyway would try nothing behind that."""
    files = {name: write_documents(values).encode() for name, values in seed.files.items()}
    case = Case((*seed.command, *(["-p", "p.yaml"] if "patch" in seed.command else [])), files)
    fuzz.prepare()
    outcome = fuzz.run(case)
    assert outcome.code == 0, outcome.stderr
    assert fuzz.fault_of(case, outcome) is None


@pytest.mark.parametrize("installed", [True, False])
def test_what_is_right_is_no_find(installed: bool) -> None:
    """Neither a good config nor one that is refused, forked or as the installed command."""
    assert judged(call(document()), installed=installed) is None
    assert judged(call(document({"nonsense": 1})), installed=installed) is None
    assert judged(Case((COMMAND, "render", "x.yaml"), {}), installed=installed) is None


@pytest.mark.parametrize(
    ("act", "sort"),
    [
        (lambda _: int("missing"), "unforeseen"),
        (lambda _: sys.stderr.write("x.py:1: FutureWarning: old\n"), "unforeseen"),
        (lambda _: [0] * 10**10, "unforeseen"),
        (lambda _: sys.exit(3), "unforeseen"),
        (lambda _: os._exit(3), "exit code"),
        (lambda _: os._exit(0), "answer"),
        (lambda _: os.kill(os.getpid(), 9), "signal"),
        (lambda _: [b"x" * (600 << 20)], "memory"),
        (lambda _: _burn(2.2), "time"),
        (lambda resources: resources.items.append(Item({"apiVersion": "v1", "kind": "Secret", "data": 5})), "refused"),
    ],
)
def test_faults_are_found(act: Callable[[Any], object], sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sort of fault, put into the function."""
    break_function(monkeypatch, act)
    assert judged(DRAINING) == sort
    assert judged(call(document())) is None


def test_a_result_that_the_exit_code_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0 with an error, on the command line as in an answer."""
    outcome = fuzz.Outcome(0, json.dumps({"kind": "ResourceList", "items": [], "results": [{"severity": "error"}]}).encode(), "", 0, 0)
    assert fuzz.fault_of(DRAINING, outcome) == ("exit code", "0 with an error")
    told = fuzz.Outcome(0, b"", "a.yaml:1:1: error: x\n", 0, 0)
    assert fuzz.fault_of(Case((COMMAND, "render"), {}), told) == ("exit code", "0 with an error")
    assert fuzz.fault_of(Case((COMMAND, "render"), {}), told._replace(code=1, stderr="x")) == ("exit code", "1 without an error")
    silent = outcome._replace(code=1)
    assert fuzz.fault_of(DRAINING, silent) == ("stderr", "an error is not told")


def test_what_kubernetes_refuses_with_the_check_off() -> None:
    """A wrong object is a find, unless the mutant has switched off the check that would have told it."""
    wrong = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [engine(tty="x")]}}]
    answer = json.dumps({"kind": "ResourceList", "items": wrong}).encode()
    outcome = fuzz.Outcome(0, answer, "", 0, 0)
    assert fuzz.fault_of(DRAINING, outcome) is not None
    off = call(document({"checks": {"kubernetes-fields": "off"}}))
    assert fuzz.fault_of(off, outcome) is None


def test_what_was_wrong_before_is_no_find() -> None:
    """Neither what a Patches has changed elsewhere, nor what `render` was given beside a ModelService."""
    right = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "x:1"}]}}
    wrong = {**right, "spec": {"containers": [{"name": "a", "image": "x:1", "tty": "x"}]}}
    changed = {**wrong, "metadata": {"name": "a", "labels": {"a": "b"}}}
    outcome = fuzz.Outcome(0, json.dumps({"kind": "ResourceList", "items": [changed]}).encode(), "", 0, 0)
    for before, is_find in ((wrong, False), (right, True)):
        content = {"kind": "ResourceList", "items": [before], "functionConfig": mutant_samples.patches()}
        assert bool(fuzz.fault_of(Case((FUNCTION,), {STDIN: json.dumps(content).encode()}), outcome)) == is_find
    printed = fuzz.Outcome(0, write_yaml(wrong).encode(), "", 0, 0)
    for given, is_find in ((wrong, False), (right, True)):
        assert bool(fuzz.fault_of(Case((COMMAND, "render", "in"), {"in/a.yaml": write_yaml(given).encode()}), printed)) == is_find


def test_a_find_is_told_small_and_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report has the seed, the number, and files that show it without what does not matter; what is alike is told once."""
    break_function(monkeypatch, lambda _: int("missing"))
    text = write_yaml(json.loads(DRAINING.files[STDIN]))
    monkeypatch.setattr(fuzz, "mutant", lambda rng: Case((FUNCTION,), {STDIN: text.encode() + b"# more\n" * rng.randrange(9)}))
    monkeypatch.setattr(sys, "argv", ["fuzz.py", "--seed", "s", "--only", "7"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert len(fuzz.attempt(SEED, range(2, 5)).finds) == 1
    assert fuzz.main() == 1
    said = capsys.readouterr().out
    assert "FUZZ_SEED=s, mutant 7 (--only 7)" in said
    assert "ValueError" in said
    [small] = [path.read_text(encoding="utf-8") for path in tmp_path.glob(f"*/7/{STDIN}")]
    assert "drain: 90" in small
    assert "modelArtifacts" not in small
    assert len(small) < len(text) / 2


def _burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
