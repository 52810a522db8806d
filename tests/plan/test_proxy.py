"""The routing proxy's arguments (behaviour 8)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make

from modelservice.plan.proxy import arguments

Map = dict[str, Any]

FLAGS = [
    ("zapDevel", True, "--zap-devel=true"),
    ("zapEncoder", "console", "--zap-encoder=console"),
    ("zapLogLevel", "info", "--zap-log-level=info"),
    ("zapLogLevel", 5, "--zap-log-level=5"),
    ("zapStacktraceLevel", "error", "--zap-stacktrace-level=error"),
    ("zapTimeEncoding", "iso8601", "--zap-time-encoding=iso8601"),
    ("secure", False, "--secure-proxy=false"),
    ("secure", True, "--secure-proxy=true"),
    ("prefillerUseTLS", True, "--prefiller-use-tls=true"),
    ("certPath", "/Certs", "--cert-path=/Certs"),
    ("debugLevel", 5, "-v=5"),
    ("debugLevel", 0, "-v=0"),
]


@pytest.mark.parametrize(("key", "value", "flag"), FLAGS)
def test_each_key_is_a_flag(key: str, value: Any, flag: str) -> None:
    """A key that is there gives its flag, with booleans as Go writes them."""
    given = arguments({"servicePort": 8000, "proxy": {"targetPort": 8200, "connector": "nixlv2", key: value}})
    assert given == ["--port=8000", "--vllm-port=8200", "--connector=nixlv2", flag]


@pytest.mark.parametrize("key", ["zapEncoder", "zapLogLevel", "zapStacktraceLevel", "zapTimeEncoding", "certPath"])
def test_an_empty_value_still_gives_the_flag(key: str) -> None:
    """``""`` is a value; only null, or no key, leaves the flag out (behaviour 8)."""
    base: Map = {"targetPort": 8200, "connector": "nixlv2"}
    flags = len(arguments({"servicePort": 8000, "proxy": base}))
    assert len(arguments({"servicePort": 8000, "proxy": {**base, key: ""}})) == flags + 1
    assert arguments({"servicePort": 8000, "proxy": {**base, key: ""}})[-1].endswith("=")
    assert len(arguments({"servicePort": 8000, "proxy": {**base, key: None}})) == flags


def test_flags_have_one_order() -> None:
    """However the keys stand in the config, the flags come in the order of the specification (behaviour 8)."""
    keys = ["debugLevel", "certPath", "prefillerUseTLS", "secure", "zapTimeEncoding", "zapStacktraceLevel", "zapLogLevel", "zapEncoder"]
    proxy = dict.fromkeys([*keys, "zapDevel", "connector", "targetPort"], "x")
    assert [flag.partition("=")[0] for flag in arguments({"servicePort": 1, "proxy": proxy})] == [
        "--port",
        "--vllm-port",
        "--connector",
        "--zap-devel",
        "--zap-encoder",
        "--zap-log-level",
        "--zap-stacktrace-level",
        "--zap-time-encoding",
        "--secure-proxy",
        "--prefiller-use-tls",
        "--cert-path",
        "-v",
    ]


def test_defaults_of_the_proxy() -> None:
    """What the defaults say, a null takes away."""
    assert make({}).proxy()["args"] == [
        "--port=8000",
        "--vllm-port=8200",
        "--connector=nixlv2",
        "--zap-encoder=json",
        "--zap-log-level=debug",
        "--secure-proxy=false",
    ]
    quiet = {"routing": {"proxy": {"zapEncoder": None, "zapLogLevel": None, "secure": None}}}
    assert make(quiet).proxy()["args"] == ["--port=8000", "--vllm-port=8200", "--connector=nixlv2"]


def test_other_keys_of_the_proxy_are_no_flags() -> None:
    """Image, pull policy, enabled and parentRefs say other things."""
    proxy = {"enabled": True, "image": "x:1", "imagePullPolicy": "Always", "parentRefs": [{"name": "g"}], "targetPort": 2}
    assert arguments({"servicePort": 1, "proxy": proxy}) == ["--port=1", "--vllm-port=2"]
