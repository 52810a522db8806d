"""Values of real releases, and what the charts make of them, from the folder shared by the project's builders.

MODELSERVICE_SHARED names that folder. It is not part of the repository.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import pytest

from modelservice.conversion import Conversion, ConversionError, convert
from modelservice.conversion.release import Release
from modelservice.generate import generate
from modelservice.krm import parse, write_documents
from modelservice.krm.comments import write_with_comments

Map = dict[str, Any]

PARITY = Path(os.environ["MODELSERVICE_SHARED"]) / "parity"
NEWER = sorted(case for case in (PARITY / "newer").glob("*.modelservice.yaml") if "-refused-" not in case.name)
CASES = [*sorted((PARITY / "cases").glob("*.modelservice.yaml")), *NEWER]
CHARTS = {"furiosa": "furiosa", "furiosa-2026.3": "furiosa", "llm-d": "upstream"}
VERSIONS = {"rngd263": "2026.3.0", "up416": "0.4.16"}  # of the newer cases, by how their names begin
REFUSED = {"field-43"}  # has fields of a pod in a container, which the chart does not notice and a ModelService refuses
UNTOLD = {"rngd263-sizes-absent"}  # has nothing that an older chart has not, and is wrong there
HEAD = 5  # lines of a case that are not its values
SHARE = 0.7  # of the lines of values that a ModelService has at most, in the median


def name_of(case: Path) -> str:
    """Return the name of a case."""
    return case.name.partition(".")[0]


def read(case: Path) -> Map:
    """Return the ModelService of a case."""
    document: Map = parse(case.read_text(encoding="utf-8"))
    return document


def converted(case: Path, chart: str = "") -> Conversion:
    """Return what the values of a case are converted to."""
    document = read(case)
    values = {key: value for key, value in document["spec"].items() if key != "profile"}
    name = document["metadata"]["name"]
    release = Release(name, document["metadata"].get("namespace", ""), name if case in NEWER else "")
    version = "" if chart == "auto" else VERSIONS.get(case.name.partition("-")[0], "")
    return convert(values, chart or CHARTS[document["spec"]["profile"]], version, release=release)


@pytest.fixture(scope="module")
def semdiff() -> ModuleType:
    """Return the comparison that the charts' output is made for."""
    spec = importlib.util.spec_from_file_location("semdiff", PARITY / "semdiff.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_cases() -> None:
    """As many as there were, or more."""
    assert len(CASES) - len(NEWER) >= 117
    assert len(NEWER) >= 29


@pytest.mark.parametrize("case", CASES, ids=map(name_of, CASES))
def test_case(case: Path, semdiff: ModuleType) -> None:
    """The same objects come out as of the values under `spec:`, in the same order, and as of the chart by its meaning."""
    if name_of(case) in REFUSED:
        with pytest.raises(ConversionError):
            converted(case)
        return
    document = parse(write_with_comments(converted(case).document, {}))
    (before,), (after,) = generate([read(case)]), generate([document])
    assert after.objects == before.objects
    expected = case.with_name(f"{name_of(case)}.expected.yaml").read_text(encoding="utf-8")
    assert semdiff.diff(expected, write_documents(after.objects)) == []


@pytest.mark.parametrize("case", CASES, ids=map(name_of, CASES))
def test_chart_is_recognised(case: Path) -> None:
    """Or it is said that nothing tells; never the other one."""
    chart = CHARTS[read(case)["spec"]["profile"]]
    try:
        assert converted(case, "auto").chart.name == chart
    except ConversionError as error:
        assert name_of(case) in (*REFUSED, *UNTOLD) or "nothing in these values tells" in str(error)  # noqa: PT017


def test_modelservices_are_short() -> None:
    """In the median, in lines."""
    shares = []
    for case in CASES:
        if name_of(case) not in REFUSED:
            lines = [line for line in case.read_text(encoding="utf-8").splitlines()[HEAD:] if line.strip()]
            shares.append(write_with_comments(converted(case).document, {}).count("\n") / len(lines))
    assert median(shares) <= SHARE


@pytest.mark.parametrize("case", sorted((PARITY / "newer").glob("*-refused-*.modelservice.yaml")), ids=name_of)
def test_what_the_chart_refuses_is_refused(case: Path) -> None:
    """Values that no release can have."""
    with pytest.raises(ConversionError):
        converted(case)
