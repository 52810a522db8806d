"""The bills of materials: everything that the lock file of what runs names, as CycloneDX, and who needs what."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import modelservice
from tasks import sbom

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements-run.lock").read_text(encoding="utf-8")
OURS = f"pkg:pypi/modelservice@{modelservice.__version__}"


def names(bill: dict[str, Any]) -> set[str]:
    """Return the names of the components of a bill."""
    return {component["name"] for component in bill["components"]}


def test_it_has_every_package_of_the_lock() -> None:
    """Name, version and all digests of each package are those of requirements-run.lock."""
    bill = sbom.bill()
    listed = {f"{component['name']}=={component['version']}" for component in bill["components"]}
    assert listed == set(re.findall(r"(?m)^([\w.-]+==[^\s;]+)", LOCK))
    digests = [each["content"] for component in bill["components"] for each in component["externalReferences"][0]["hashes"]]
    assert sorted(digests) == sorted(re.findall(r"--hash=sha256:(\w{64})", LOCK))


@pytest.mark.parametrize("function", [False, True])
def test_its_graph_is_closed(function: bool) -> None:
    """Each component is reached from modelservice, each reference is one of a component, and none is there twice."""
    bill = sbom.bill(function=function)
    graph = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    components = [component["bom-ref"] for component in bill["components"]]
    assert [OURS, *components] == list(graph)
    assert len(set(components)) == len(components)
    reached: set[str] = set()
    left = [OURS]
    while left:
        reached.add(left[-1])
        left += [each for each in graph[left.pop()] if each not in reached]
    assert reached == set(graph)


def test_the_function_has_less() -> None:
    """What only the command line imports is not in the zip of the function, nor is what only that needs."""
    left_out = names(sbom.bill()) - names(sbom.bill(function=True))
    assert {"rich", "typer", "pygments", "shellingham"} <= left_out
    assert not {"deepmerge", "google-re2", "jsonpatch", "jsonschema", "py-yaml12", "rpds-py", "ruamel-yaml"} & left_out


def test_what_is_not_everywhere_says_so() -> None:
    """A package that only some systems need is optional, with the marker of the lock file."""
    (windows,) = [component for component in sbom.bill()["components"] if component["name"] == "colorama"]
    assert windows["scope"] == "optional"
    assert windows["properties"] == [{"name": "modelservice:marker", "value": "sys_platform == 'win32'"}]


def test_it_is_cyclonedx() -> None:
    """What CycloneDX 1.6 demands of a document and of a component is there; the same lock gives the same bill."""
    bill = sbom.bill()
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert bill["metadata"]["component"]["bom-ref"] == OURS
    assert all({"type", "name", "version", "purl"} <= set(component) for component in bill["components"])
    assert bill == sbom.bill()
    assert "timestamp" not in bill["metadata"]


def test_both_locks_agree() -> None:
    """What runs is locked as what is developed with: the same versions, of which the tests tell something."""
    pins = re.compile(r"(?m)^([\w.-]+==[^\s;]+)")
    assert set(pins.findall(LOCK)) <= set(pins.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    assert set(sbom.direct(function=False)) <= {pin.partition("==")[0] for pin in pins.findall(LOCK)}
