"""Strategic merge, case by case: every file below cases/ is one.

A file has the rule that it guards in its comment, and then as YAML documents the target, the patch, and either the result
(null if the object is deleted) or a map with only `error`, a part of the error's text. A first document with only
`new_items` or `merge_keys` holds arguments. The number in a rule is the section of the notes on kustomize that it is from.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml12

from modelservice.patch import PatchError, strategic_merge

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.rglob("*.yaml"))
ARGUMENTS = {"new_items", "merge_keys"}
DIRECTIVES = ('"$patch"', '"$retainKeys"', '"$deleteFromPrimitiveList', '"$setElementOrder')


def read(file: Path) -> tuple[dict[str, Any], Any, Any, Any]:
    """Return the arguments, the target, the patch and what is expected."""
    documents: Any = yaml12.parse_yaml(file.read_text(encoding="utf-8"), multi=True)
    arguments = documents.pop(0) if documents[0].keys() <= ARGUMENTS else {}
    target, patch, expected = documents
    return arguments, target, patch, expected


def test_cases_are_found() -> None:
    """A walk that finds nothing would pass for all rules kept."""
    assert len(FILES) > 100


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(CASES).with_suffix("")) for file in FILES])
def test_case(file: Path) -> None:
    """The result is the expected one to the byte, nothing of the patch's directives is in it, and no argument changes."""
    arguments, target, patch, expected = read(file)
    before = deepcopy((target, patch))
    if isinstance(expected, dict) and expected.keys() == {"error"}:
        with pytest.raises(PatchError) as caught:
            strategic_merge(target, patch, **arguments)
        assert expected["error"] in str(caught.value)
    else:
        result = strategic_merge(target, patch, **arguments)
        assert json.dumps(result, indent=1) == json.dumps(expected, indent=1)
        assert not any(directive in json.dumps(result) for directive in DIRECTIVES)
    assert (target, patch) == before


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(CASES).with_suffix("")) for file in FILES])
def test_every_case_says_its_rule(file: Path) -> None:
    """A case without its rule could not be judged when it fails."""
    assert file.read_text(encoding="utf-8").startswith("# ")
