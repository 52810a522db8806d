"""What schemas say of objects: Kubernetes' own of built-in kinds, those of $MODELSERVICE_SHARED/schemas of custom resources."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
from tests.examples.kubernetes import CUSTOM, Map, group
from tests.examples.kubernetes import problems as built_in_problems

SHARED = Path(os.environ.get("MODELSERVICE_SHARED", "")).absolute()


def problems(obj: Map) -> list[str]:
    """Return what is wrong with an object; one of a kind without a schema is wrong, too."""
    return _custom_problems(obj) if group(obj) in CUSTOM else built_in_problems(obj)


def _custom_problems(obj: Map) -> list[str]:
    name = f"{obj['kind']} {obj['metadata']['name']}"
    validator = _validator(f"{obj['kind'].lower()}_{obj['apiVersion'].replace('/', '_')}.json")
    return [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(obj)]


@functools.cache
def _validator(name: str) -> Any:
    """Return a validator of the draft that the schema itself names."""
    schema = json.loads((SHARED / "schemas" / name).read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
