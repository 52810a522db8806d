"""What objects are called, and the forms of names, labels, keys, paths and addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import FORMS

LONG_LABEL, LONG_NAME = "x" * 63, ".".join(["x" * 62] * 4)[:253]

GOOD_AND_BAD: dict[Callable[[str], bool], tuple[list[str], list[str]]] = {
    names.is_dns_label: (["a", "a-b", "0", "1a", LONG_LABEL], ["", "A", "a_b", "a.b", "-a", "a-", "é", "x" * 64, "a\n", " a"]),
    names.is_dns_1035: (["a", "a-1"], ["1a", "", "a.b", "A"]),
    names.is_dns_subdomain: (["a", "a.b", "a-b.c", "0.1", LONG_NAME], ["", "a..b", ".a", "a.", "A.b", "a_b", "-a.b", "x" * 254]),
    names.is_label_key: (
        ["a", "A_b.c-d", "example.com/A", "x" * 63],
        ["", "/a", "a/", "a b", "a/b/c", "Example.com/a", "-a", "x" * 64, "é"],
    ),
    names.is_label_value: (["", "a", "A_b.c-d", "0", LONG_LABEL], ["a b", "a/b", "-a", "a-", "x" * 64, "é", "a\n"]),
    names.is_env_name: (["A", "a.b-c", "1", "A B", "{x}"], ["", "A=B", "é", "a\n", "\t"]),
    names.is_port_name: (["http", "a1", "http-2", "x" * 15], ["", "80", "1-2", "a--b", "-a", "a-", "A", "a_b", "x" * 16]),
    names.is_config_key: (["a", "a.txt", ".a", "A_b-c", "...".replace("..", "a")], ["", ".", "..", "..a", "a b", "a/b", "x" * 254]),
    names.is_path_segment: (["a", "A b", "system:x"], ["", ".", "..", "a/b", "a%b"]),
    names.is_header_name: (["X-A", "1"], ["", "a b", "a:b", "é"]),
    names.is_driver_name: (["csi.example.com", "CSI.example.com"], ["", "a b", "x" * 64]),
    names.is_sysctl_name: (["net.core.somaxconn", "kernel/shm_rmid_forced"], ["", "A", "a..b", "a b"]),
    names.is_filled: (["a", " "], [""]),
    names.is_image: (["a", "r.io/a/b:1@sha256:0", "A B"], ["", " a", "a ", "\na"]),
    names.is_upward_free: (["/a", "a/..b", "a"], ["", "..", "a/../b", "../a"]),
    names.is_descending_path: (["a", "a/b", "..a"], ["", "/a", "a/.."]),
    names.is_local_path: (["a", "a/..b"], ["", "/a", "..a", "../a"]),
    names.is_absolute_path: (["/", "/a"], ["", "a"]),
    names.is_ip: (["10.0.0.1", "::1", "2001:db8::1"], ["", "10.0.0", "10.0.0.1/8", "::1%eth0", "a", "010.0.0.1"]),
    names.is_cidr: (["10.0.0.0/8", "::/0"], ["", "10.0.0.1", "10.0.0.0/33", "a/8"]),
    names.is_search_domain: ([".", "a.b", "_a.b", "a.b.", "a_b.c"], ["", "a b", "-a", "A"]),
    names.is_time_zone: (["UTC", "Europe/Berlin", "Etc/GMT+5", "America/Argentina/Salta"], ["", "Local", "a b", "/a", "a/", "a//b", ".."]),
    names.is_attribute: (["example.com/model", "a/B_1"], ["", "model", "/a", "a/", "a/1b", "A b/c"]),
    names.is_device_expression: (["true", "device.driver == 'a'"], ["", "gpu please"]),
    names.is_cron: (
        ["* * * * *", "*/5 0-3,9 1 JAN MON-FRI", "@hourly", "@every 1h30m"],
        ["", "* * * *", "* * * * * *", "@often", "a:b * * * *", "@every x"],
    ),
    names.is_wildcard_host: (["a.b", "*.a.b"], ["", "*", "a.*", "*.", "A"]),
}


@pytest.mark.parametrize("is_right", GOOD_AND_BAD, ids=lambda form: str(form.__name__))
def test_forms(is_right: Callable[[str], bool]) -> None:
    """Each form takes what it should, and refuses what it should not."""
    good, bad = GOOD_AND_BAD[is_right]
    assert [text for text in good if not is_right(text)] == []
    assert [text for text in bad if is_right(text)] == []


def test_every_form_has_its_words() -> None:
    """What a limit may name is tried above, and has words for a message."""
    assert set(FORMS.values()) | {names.is_dns_1035} == set(GOOD_AND_BAD) == set(names.WHAT)
    assert all(names.WHAT.values())


def test_what_tells_objects_apart() -> None:
    """Group, kind, namespace and name do, and not the version of the group."""
    metadata = {"name": "n", "namespace": "s"}
    one = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}
    assert names.identity(one) == ("apps", "Deployment", "s", "n") == names.identity({**one, "apiVersion": "apps/v1beta1"})
    for other in (
        {**one, "apiVersion": "v1"},
        {**one, "kind": "ReplicaSet"},
        {**one, "metadata": {**metadata, "name": "m"}},
        {**one, "metadata": {"name": "n"}},
    ):
        assert names.identity(one) != names.identity(other)


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"kind": None, "metadata": []}, {"metadata": {"name": None}}])
def test_whatever_it_is_has_an_identity(value: object) -> None:
    """What says nothing of itself is empty text in every part, so that nobody stumbles over it."""
    assert names.identity(value) == ("", "", "", "")
    assert names.namespace_of(value) == "default"
    assert names.named(value) == " without a name"


def test_an_object_is_called_by_kind_and_name() -> None:
    """A space between them in messages, a slash for kubectl; the beginning of a name that is still to be made stands for it."""
    obj = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "load-", "namespace": "ml"}}
    assert (names.named(obj), names.reference_to(obj), names.namespace_of(obj)) == ("Job load-", "Job/load-", "ml")
    assert names.named({"kind": "List", "items": []}) == "List without a name"
