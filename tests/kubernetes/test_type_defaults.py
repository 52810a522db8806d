"""What an API server takes a field for that is left out."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice.kubernetes.type_defaults import COMPUTED, default_of
from modelservice.kubernetes.types import look_up, table

DEFAULTS = {name: fields for name, fields in table("type_defaults.json").items() if name != "//"}


@pytest.mark.parametrize(
    ("name", "field", "holder", "value"),
    [
        ("DeploymentSpec", "replicas", {}, 1),
        ("DeploymentSpec", "template", {}, None),
        ("Nothing", "replicas", {}, None),
        ("ServicePort", "targetPort", {"port": 80}, 80),
        ("DeploymentStrategy", "rollingUpdate", {}, {}),
        ("DeploymentStrategy", "rollingUpdate", {"type": "Recreate"}, None),
        ("rbac.Subject", "apiGroup", {"kind": "User"}, "rbac.authorization.k8s.io"),
        ("NetworkPolicySpec", "policyTypes", {"egress": [{}]}, ["Ingress", "Egress"]),
        ("NetworkPolicySpec", "policyTypes", {}, ["Ingress"]),
        ("JobSpec", "completions", {}, 1),
        ("JobSpec", "completions", {"parallelism": 1}, None),
    ],
)
def test_a_default_may_depend_on_what_is_beside_it(name: str, field: str, holder: dict[str, Any], value: Any) -> None:
    """On a value, or on the default of that."""
    assert default_of(name, field, holder) == value


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("a", "Always"),
        ("a:latest", "Always"),
        ("host:5000/a", "Always"),
        ("a:1", "IfNotPresent"),
        ("host:5000/a:1", "IfNotPresent"),
        ("a@sha256:00", "IfNotPresent"),
        ("a:latest@sha256:00", "Always"),
        ("", None),
        (5, None),
    ],
)
def test_how_an_image_is_pulled_depends_on_its_tag(image: Any, policy: str | None) -> None:
    """What may change is asked for each time."""
    assert default_of("Container", "imagePullPolicy", {"image": image}) == policy


def test_the_tables_name_fields_that_there_are() -> None:
    """Of types that there are, and conditions on fields beside them."""
    for name, fields in DEFAULTS.items():
        words = look_up("types", name)
        for key, value in fields.items():
            field, condition, rest = key.partition(" if ")
            assert field in words, (name, field)
            assert not condition or rest.partition("=")[0] in words, (name, key)
            assert not (isinstance(value, str) and value[:1] == "=") or value[1:] in words, (name, key)
    for place in COMPUTED:
        name, _, field = place.rpartition(".")
        assert field in look_up("types", name)


def test_both_tables_say_the_same() -> None:
    """The defaults within lists that are filled in are those that are taken for granted."""
    for kind, paths in table("defaults.json").items():
        group, _, name = kind.rpartition("/")
        word = look_up("kinds", f"{group}/v1/{name}")
        for path, value in paths.items():
            *steps, field = path.split(".")
            holder = word
            for step in steps:
                inner = look_up("types", holder)[step.removesuffix("[]")]
                holder = inner[1:-1] if step.endswith("[]") else inner
            assert default_of(holder, field, {}) == value, (kind, path)
