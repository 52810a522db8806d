"""What `make bench` keeps of a run, and what `make bench-check` says of the next one; what it measures is no test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.tasks.scripts import script

bench = script("bench")
Figure = bench.Figure

FIGURES = [
    Figure("python -c pass", 20.0, "ms"),
    Figure("modelservice-fn", 50.0, "ms", 60.0),
    Figure("modelservice-fn : python -c pass", 2.5, "x", 2.8),
    Figure("1000 services", 2000.0, "ms"),
    Figure("  peak memory", 150.0, "MB", 200.0),
]
RATIOS = {"modelservice-fn": 2.5, "modelservice-fn : python -c pass": 2.5, "1000 services": 100.0, "1000 services, peak memory": 150.0}


def test_times_are_told_in_those_of_bare_python() -> None:
    """So a machine of half the pace has the same figures; memory and ratios are the same on all."""
    assert bench.ratios(FIGURES) == RATIOS
    slower = [Figure(one.name, one.value * (2 if one.unit == "ms" else 1), one.unit) for one in FIGURES]
    assert bench.ratios(slower) == RATIOS


def test_what_has_grown() -> None:
    """By more than two runs of the same differ; what only one of the runs has is not compared."""
    assert bench.grown(RATIOS, RATIOS) == []
    assert bench.grown({**RATIOS, "1000 services": 110.0, "new": 3.0}, {**RATIOS, "old": 1.0}) == []
    assert bench.grown({**RATIOS, "1000 services": 120.0}, RATIOS) == ["1000 services: 120, was 100"]
    assert bench.grown({**RATIOS, "1000 services": 20.0}, RATIOS) == []


def test_the_last_landing_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code says whether anything is worse; without a landing, nothing can be said."""
    history = tmp_path / "history.jsonl"
    assert bench._compare({"ratios": RATIOS}, history) == 1
    assert "no landing" in capsys.readouterr().out
    lines = [
        {"commit": "a", "date": "2026-01-01", "ratios": {"1000 services": 1.0}},
        {"commit": "b", "date": "2026-02-01", "ratios": RATIOS},
    ]
    history.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert bench._compare({"ratios": RATIOS}, history) == 0
    assert capsys.readouterr().out == "\ncompared with b of 2026-02-01: nothing has grown\n"
    assert bench._compare({"ratios": {**RATIOS, "1000 services": 200.0}}, history) == 1
    assert capsys.readouterr().out == "\ncompared with b of 2026-02-01: 1000 services: 200, was 100\n"


def test_the_landings_that_are_kept_can_be_read() -> None:
    """One line of JSON each, with machine and versions."""
    for line in bench.HISTORY.read_text(encoding="utf-8").splitlines():
        assert {"date", "version", "commit", "python", "machine", "bare", "ratios"} == set(json.loads(line))
