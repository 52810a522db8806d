"""What is secret in an object: found wherever it is, left out in any form, and nothing else with it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelservice.krm import write_yaml
from modelservice.package.secrecy import LAST_APPLIED, MARK, conceal, reveal, secrets_in, set_apart

PIN = "4711-s3cret"


def variable(name: str, value: Any = PIN) -> dict[str, Any]:
    """Return an object with a variable."""
    return {"spec": {"containers": [{"env": [{"name": "PLAIN", "value": "1"}, {"name": name, "value": value}]}]}}


HIDDEN: dict[str, Any] = {
    "a Secret": {"kind": "Secret", "stringData": {"pin": PIN}, "data": {"pin": PIN}},
    "a Secret in a List": {"kind": "List", "items": [{"kind": "List", "items": [{"kind": "Secret", "data": {"pin": PIN}}]}]},
    "stringData that is text": {"kind": "Secret", "stringData": PIN},
    "stringData that is a list": {"kind": "Secret", "stringData": [PIN]},
    "nested stringData": {"kind": "Secret", "stringData": {"a": {"b": [PIN]}}},
    "a misspelt key of a Secret": {"kind": "Secret", "stringdata": {"pin": PIN}},
    "an odd type of a Secret": {"kind": "Secret", "type": [PIN], "metadata": [PIN]},
    "kubectl's copy of a Secret": {"kind": "Secret", "metadata": {"annotations": {LAST_APPLIED: json.dumps({"data": {"x": PIN}})}}},
    "kubectl's copy of anything": {"kind": "Thing", "metadata": {"annotations": {LAST_APPLIED: PIN}}},
    "another copy": {"metadata": {"annotations": {"copy": json.dumps({"kind": "Secret", "data": {"x": PIN}})}}},
    "a number": variable("DOOR_PIN", 4711),
    "a key of a ConfigMap": {"kind": "ConfigMap", "data": {"OPENAI_API_KEY": PIN}},
    "a password of an object": {"spec": {"auth": {"password": PIN, "clientSecret": PIN, "apiKey": PIN, "authToken": PIN}}},
    "a flag": {"args": ["--port=1", f"--api-key={PIN}"]},
    "a flag and its value": {"args": ["--hf-token", PIN, "--port", "1"]},
    "a script": {"command": ["sh", "-c", f"export HF_TOKEN={PIN}\nexec vllm serve --api-key '{PIN}'\n"]},
    "a variable of a command": {"args": ["env", f"DB_PASSWORD={PIN}", "--env=HF_TOKEN=" + PIN, f"-eAPI_KEY={PIN}"]},
    "an URL": {"value": f"postgres://user:{PIN}@host/db"},
    "a header": {"args": ["-H", f"Authorization: Bearer {PIN}"]},
    "a token of Hugging Face": {"args": ["hf_abcdefghijklmnopqrstuvwx"]},
    "a pod as text": {"annotation": write_yaml(variable("HF_TOKEN"))},
    "a values file as text": {"data": {"values.yaml": f"# ours\nauth:\n  password: {PIN}\n"}},
    "JSON as text": {"data": {"config.json": json.dumps({"auth": {"token": PIN}})}},
    "several documents as text": {"data": {"all.yaml": f"a: 1\n---\ntoken: {PIN}\n"}},
    "a text that is no YAML": {"data": {"run": f"a: [\nPASSWORD: {PIN}\n"}},
}
NAMES = [
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "SSH_KEY",
    "DB_PASSWORD",
    "PASSWORD_2",
    "MY_SECRET",
    "Authorization",
    "PIN",
]
HIDDEN |= {f"the variable {name}": variable(name) for name in NAMES}


@pytest.mark.parametrize("case", HIDDEN)
def test_secrets_are_found_wherever_they_are(case: str) -> None:
    """Nothing of it is left, and all of it comes back; the object itself stays as it is."""
    value = HIDDEN[case]
    before = copy.deepcopy(value)
    concealed = conceal(value)
    text = json.dumps(concealed)
    assert MARK in text
    assert not any(secret in text for secret in (PIN, "4711", "hf_abc"))
    assert secrets_in(concealed)
    assert reveal(concealed) == value == before


PLAIN: dict[str, Any] = {
    "a reference": variable("X", None) | {"valueFrom": {"secretKeyRef": {"name": "hf-token", "key": "HF_TOKEN"}}},
    "a name of a Secret": {"volumes": [{"secret": {"secretName": "hf-token"}}], "imagePullSecrets": [{"name": "pull-secret"}]},
    "where a secret is": {"env": [{"name": "TOKEN_PATH", "value": "/x"}, {"name": "PASSWORD_FILE", "value": "/y"}]},
    "keys of Kubernetes": {"topologyKey": "zone", "tolerations": [{"key": "a/b", "value": "x"}], "automountServiceAccountToken": True},
    "arguments": {"args": ["--tokenizer", "meta/x", "--max-tokens=5", "--ssl-keyfile", "/k", "--token", "--port"]},
    "a variable of a script": {
        "args": ["HF_TOKEN=$(cat /token)", "--api-key=$KEY", 'TOKEN="$X"', "--api-key", "$KEY", "TOKEN=", 'TOKEN=""']
    },
    "no value": {"env": [{"name": "HF_TOKEN", "value": ""}, {"name": "HF_TOKEN"}, {"name": "HF_TOKEN", "value": None}]},
    "an empty Secret": {
        "kind": "Secret",
        "apiVersion": "v1",
        "type": "Opaque",
        "immutable": True,
        "data": None,
        "metadata": {"name": "token"},
    },
    "a chat template": {"data": {"t": "{% for m in messages %}\n{{ bos_token }}{{ m.key }}\n{% endfor %}"}},
    "an image": {"image": "registry.example:5000/secret/vllm:1.0", "url": "http://host:80/token"},
}


@pytest.mark.parametrize("case", PLAIN)
def test_what_is_no_secret_stays(case: str) -> None:
    """An object without secrets is the same object."""
    assert conceal(PLAIN[case]) is PLAIN[case]


def test_what_is_beside_a_secret_stays() -> None:
    """In a map, a list or a text, only the value goes."""
    assert conceal({"kind": "Secret", "type": "Opaque", "stringData": {"a": "b"}}) == {
        "kind": "Secret",
        "type": "Opaque",
        "stringData": {"a": MARK},
    }
    assert conceal(["a", "--api-key", "b", "c"]) == ["a", "--api-key", MARK, "c"]
    assert conceal("A=1 TOKEN=b C=2") == f"A=1 TOKEN={MARK} C=2"
    assert conceal("a: 1\ntoken: b\n") == f"a: 1\ntoken: {MARK}\n"


def test_another_secret_is_set_apart() -> None:
    """Where a secret is not among the known ones, it looks like none of them; its value is not told by that."""
    one, two = (conceal(variable("HF_TOKEN", value)) for value in ("one", "two"))
    assert one == two
    assert set_apart(one, ["one"]) == two
    assert set_apart(one, ["two"]) != two
    assert set_apart(one, []) == set_apart(two, [])
    assert reveal(set_apart(one, [])) == variable("HF_TOKEN", "one")


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=40)
        | st.sampled_from(["TOKEN=a", "--api-key", "a: b\nc: d\n", "Secret"]),
        lambda below: (
            st.lists(below, max_size=4)
            | st.dictionaries(
                st.text(max_size=5) | st.sampled_from(["kind", "name", "value", "data", "token", "metadata"]), below, max_size=4
            )
        ),
        max_leaves=20,
    )
)
def test_anything_comes_back(value: Any) -> None:
    """Whatever is concealed is revealed again; concealing twice conceals no more."""
    concealed = conceal(value)
    assert reveal(concealed) == value
    assert bool(secrets_in(concealed)) == (concealed is not value)
