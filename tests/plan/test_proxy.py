"""The routing proxy's arguments, in the spelling of its version."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make

from modelservice.plan.proxy import arguments

Map = dict[str, Any]

# What each version takes, as its own source has it: flag -> a column a version, y taken, d taken with a complaint, - refused.
VERSIONS = ["0.0.8", "0.2.0", "0.3.0", "0.4.0", "0.5.1", "0.6.0", "0.7.1", "0.8.0", "0.9.0", "0.10.0", "0.11.0"]
TAKEN = {
    "port": "y y y y y y y y y y y",
    "vllm-port": "y y y y y y y y y d d",
    "model-server-port": "- - - - - - - - - y y",
    "connector": "y y y y y y d d d - -",
    "kv-connector": "- - - - - - y y y y y",
    "ec-connector": "- - - - - - y y y y y",
    "prefiller-use-tls": "- y y y y y d d d - -",
    "decoder-use-tls": "- y y y y y d d d - -",
    "prefiller-tls-insecure-skip-verify": "- y y y y y d d d - -",
    "decoder-tls-insecure-skip-verify": "- y y y y y d d d - -",
    "enable-tls": "- - - - - - y y y y y",
    "tls-insecure-skip-verify": "- - - - - - y y y y y",
    "secure-proxy": "- y y y y y y y y y d",
    "cert-path": "- y y y y y y y y y y",
    "secure-serving": "- - - - - - - - - - y",
    "tls-min-version": "- - - - - - - - - - y",
    "tls-cipher-suites": "- - - - - - - - - - y",
    "enable-ssrf-protection": "- y y y y y y y y y y",
    "inference-pool-namespace": "- y y y y y d d - - -",
    "inference-pool-name": "- y y y y y d d - - -",
    "inference-pool": "- - - - - - y y y y y",
    "pool-group": "- - - - y y y y y y y",
    "data-parallel-size": "- - - y y y y y y y y",
    "enable-prefiller-sampling": "- - - y y y y y y y y",
    "max-idle-conns-per-host": "- - - - - - - y y y y",
    "mooncake-bootstrap-port": "- - - - - - - - y y y",
    "prefill-max-retries": "- - - - - - - - y y y",
    "prefill-retry-backoff": "- - - - - - - - y y y",
    "decode-chunk-size": "- - - - - - - - y y y",
    "tracing": "- - - - - - - - y y y",
    "configuration": "- - - - - - - - y y y",
    "configuration-file": "- - - - - - - - y y y",
    "p2p-connector-port": "- - - - - - - - - y y",
    "enable-p2p-pull": "- - - - - - - - - y y",
    "metrics-port": "- - - - - - - - - y y",
    "v": "y y y - - - - - - - -",
    "zap-devel": "- - - y y y y y y y y",
    "zap-encoder": "- - - y y y y y y y y",
    "zap-log-level": "- - - y y y y y y y y",
    "zap-stacktrace-level": "- - - y y y y y y y y",
    "zap-time-encoding": "- - - y y y y y y y y",
}
CONNECTORS = {
    "0.0.8": ["nixl", "nixlv2", "lmcache"],
    "0.2.0": ["nixl", "nixlv2", "lmcache"],
    "0.3.0": ["nixlv2", "nixl", "lmcache"],
    "0.4.0": ["nixlv2", "lmcache", "sglang"],
    "0.5.1": ["nixlv2", "lmcache", "sglang"],
    "0.6.0": ["nixlv2", "shared-storage", "sglang"],
    "0.7.1": ["nixlv2", "shared-storage", "sglang"],
    "0.8.0": ["nixlv2", "shared-storage", "sglang"],
    "0.9.0": ["nixlv2", "shared-storage", "sglang", "mooncake"],
    "0.10.0": ["nixlv2", "shared-storage", "sglang", "mooncake", "offloading"],
    "0.11.0": ["nixlv2", "shared-storage", "sglang", "mooncake", "offloading"],
}
EVERYTHING: Map = {
    "targetPort": 8200,
    "connector": "nixlv2",
    "ecConnector": "ec-example",
    "zapDevel": True,
    "zapEncoder": "json",
    "zapLogLevel": "debug",
    "zapStacktraceLevel": "error",
    "zapTimeEncoding": "iso8601",
    "secure": True,
    "prefillerUseTLS": True,
    "certPath": "/certs",
    "debugLevel": 5,
}


def taken(version: str) -> dict[str, str]:
    """Return what a version says to each flag."""
    return {flag: row.split()[VERSIONS.index(version)] for flag, row in TAKEN.items()}


def written(version: str, **proxy: Any) -> list[str]:
    """Return the arguments for a version."""
    return arguments({"servicePort": 8000, "proxy": {"version": version, **proxy}})


def told(proxy: Map, **own: Any) -> list[tuple[str, str]]:
    """Return the severity and field of what is told of a proxy."""
    made = make({"routing": {"proxy": {"image": "proxy:v0.7.1", **proxy, **own}}})
    return [(severity, field.removeprefix("spec.routing.proxy.")) for severity, field, _ in made.found("proxy-flags")]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_takes_each_flag_that_it_gets(version: str) -> None:
    """With every key set, none of the flags is one that the version refuses."""
    names = [argument.partition("=")[0].lstrip("-") for argument in written(version, **EVERYTHING)]
    assert [name for name in names if taken(version)[name] == "-"] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_is_said_where_a_version_can_say_it(version: str) -> None:
    """A key without a flag is told, and there is no other."""
    names = {argument.partition("=")[0].lstrip("-") for argument in written(version, **EVERYTHING)}
    spelled = {
        "targetPort": {"vllm-port", "model-server-port"},
        "connector": {"connector", "kv-connector"},
        "ecConnector": {"ec-connector"},
        "secure": {"secure-proxy", "secure-serving"},
        "prefillerUseTLS": {"prefiller-use-tls", "enable-tls"},
        "certPath": {"cert-path"},
        "debugLevel": {"v"},
        "zapDevel": {"zap-devel"},
        "zapEncoder": {"zap-encoder"},
        "zapLogLevel": {"zap-log-level"},
        "zapStacktraceLevel": {"zap-stacktrace-level"},
        "zapTimeEncoding": {"zap-time-encoding"},
    }
    unsaid = [key for key in EVERYTHING if not spelled[key] & names]
    assert all(taken(version)[flag] == "-" for key in unsaid for flag in spelled[key])
    assert sorted(told(EVERYTHING, version=version)) == sorted(("warning", key) for key in unsaid)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("flag", TAKEN)
def test_a_flag_of_ones_own_that_a_version_refuses_is_an_error(version: str, flag: str) -> None:
    """The process would end at once."""
    found = told({"zapEncoder": None, "zapLogLevel": None}, version=version, flags={flag: "1"})
    assert found == ([("error", f"flags.{flag}")] if taken(version)[flag] == "-" else [])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("connector", sorted({name for names in CONNECTORS.values() for name in names} | {"other"}))
@pytest.mark.parametrize("key", ["connector", "kvConnector"])
def test_a_connector_that_a_version_does_not_know_is_an_error(version: str, connector: str, key: str) -> None:
    """Each version has its own; under either name. For nixl, 0.4 ends with exit code 0: a warning."""
    known = connector in CONNECTORS[version]
    severity = "warning" if (version, connector) == ("0.4.0", "nixl") else "error"
    assert told({}, version=version, **{key: connector}) == ([] if known else [(severity, key)])


def test_connectors_of_the_encoder_cache() -> None:
    """They are there from 0.7 on, and ec-nixl from 0.9."""
    assert told({}, version="0.8", ecConnector="ec-example") == []
    assert told({}, version="0.8", ecConnector="ec-nixl") == [("error", "ecConnector")]
    assert told({}, version="0.9", ecConnector="ec-nixl") == []
    assert told({}, version="0.6", ecConnector="ec-nixl") == [("warning", "ecConnector")]
    assert "--ec-connector=ec-nixl" in written("0.9", ecConnector="ec-nixl")
    assert written("0.9", ecConnector="") == written("0.9")


def test_an_empty_connector_is_the_usual_one() -> None:
    """The charts take it; null alone leaves the flag out. kvConnector is the newer name, and wins where it says something."""
    for proxy in ({"connector": ""}, {"kvConnector": "", "connector": ""}, {"kvConnector": "nixlv2", "connector": "sglang"}):
        assert "--connector=nixlv2" in written("0.7", **proxy)
        assert "--kv-connector=nixlv2" in written("0.10", **proxy)
    assert written("0.7", connector=None) == ["--port=8000"]
    assert "--connector=sglang" in written("0.7", kvConnector="", connector="sglang")
    assert told({"connector": "nixlv2"}, kvConnector="sglang") == [("warning", "connector")]


VERSIONED = [
    ({"image": "registry.example:5000/x/proxy:v0.10.0"}, "0.10"),
    ({"image": "proxy:0.10.0"}, "0.10"),
    ({"image": "proxy:v0.4.0-rc.1"}, "0.4"),
    ({"image": "proxy:v0.3.1@sha256:abc"}, "0.3"),
    ({"image": "proxy:v0.3.0", "version": "0.10.1"}, "0.10"),
    ({"image": "proxy:latest", "version": "v0.3"}, "0.3"),
    ({"image": "quay.io/me/llm-d-routing-sidecar:gie-v1.4.0"}, None),
    ({"image": "ghcr.io/llm-d/llm-d-routing-sidecar"}, None),
    ({"image": "ghcr.io/llm-d/llm-d-routing-sidecar:2026.1.0"}, None),
    ({"image": "other:dev"}, None),
]


@pytest.mark.parametrize(("proxy", "version"), VERSIONED)
def test_the_version_is_the_one_said_or_the_tags(proxy: Map, version: str | None) -> None:
    """Version of the spec, else of the tag; an image that says none counts as 0.8, with an info where versions differ."""
    assert written("0", **EVERYTHING) == written("0.8", **EVERYTHING)
    given = arguments({"servicePort": 8000, "proxy": {**EVERYTHING, **proxy}})
    assert given == written(version or "0.8", **EVERYTHING)
    assert (("info", "image") in told(proxy)) is (version is None)


def test_an_image_of_the_new_name_counts_as_the_newest() -> None:
    """Without a version in the tag, llm-d-router-disagg-sidecar has the flags of 0.10."""
    image = "ghcr.io/llm-d/llm-d-router-disagg-sidecar:latest"
    assert arguments({"servicePort": 8000, "proxy": {**EVERYTHING, "image": image}}) == written("0.10", **EVERYTHING)
    assert told({"image": image}) == [("info", "image")]


def test_what_nobody_knows_for_sure_is_a_warning() -> None:
    """Of an image without a version, only a connector that no version knows is an error."""
    unversioned = {"image": "proxy:dev"}
    assert told(unversioned, connector="mooncake") == [("info", "image"), ("warning", "connector")]
    assert told(unversioned, connector="nixlv3") == [("info", "image"), ("error", "connector")]
    assert told(unversioned, flags={"metrics-port": 1}) == [("info", "image"), ("warning", "flags.metrics-port")]


@pytest.mark.parametrize("proxy", [{"secure": False}, {"prefillerUseTLS": False}, {"zapDevel": False}])
def test_what_is_off_needs_no_flag(proxy: Map) -> None:
    """A switch that is off says nothing that a version without it would not do."""
    for version in VERSIONS:
        assert told(proxy, version=version) == []
    assert "--enable-tls" not in " ".join(written("0.10", **proxy))


def test_nothing_is_told_of_defaults_or_of_a_proxy_that_is_off() -> None:
    """The profile's own log settings are left out of old versions without a word."""
    assert told({}, version="0.0.6") == []
    assert make({"routing": {"proxy": {"image": "proxy:dev", "enabled": False}}}).found("proxy-flags") == []


def test_flags_of_ones_own_are_merged_by_name() -> None:
    """One that is there takes its place, in either spelling; a list repeats, null removes, names may have dashes in front."""
    flags = {"--kv-connector": "sglang", "port": 9000, "vllm-port": None, "pool-group": ["a", "b"], "enable-prefiller-sampling": True}
    assert written("0.7", targetPort=8200, connector="nixlv2", certPath="/c", flags=flags) == [
        "--port=9000",
        "--kv-connector=sglang",
        "--cert-path=/c",
        "--enable-prefiller-sampling=true",
        "--pool-group=a",
        "--pool-group=b",
    ]
    assert told({}, flags={"some-flag-of-tomorrow": 1}) == []


def test_a_version_that_is_none_is_refused() -> None:
    """Latest is no version, and a number would lose the zero of 0.10."""
    for version in ("latest", "0", 0.10):
        assert [error.partition(":")[0] for error in make({"routing": {"proxy": {"version": version}}}).errors] == [
            "spec.routing.proxy.version"
        ]


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
]


@pytest.mark.parametrize(("key", "value", "flag"), FLAGS)
def test_each_key_is_a_flag(key: str, value: Any, flag: str) -> None:
    """A key that is there gives its flag, with booleans as Go writes them."""
    assert written("0.8", targetPort=8200, connector="nixlv2", **{key: value}) == [
        "--port=8000",
        "--vllm-port=8200",
        "--connector=nixlv2",
        flag,
    ]


@pytest.mark.parametrize("key", ["zapEncoder", "zapLogLevel", "zapStacktraceLevel", "zapTimeEncoding", "certPath"])
def test_an_empty_value_still_gives_the_flag(key: str) -> None:
    """``""`` is a value; only null, or no key, leaves the flag out."""
    base: Map = {"targetPort": 8200, "connector": "nixlv2"}
    flags = len(arguments({"servicePort": 8000, "proxy": base}))
    assert len(arguments({"servicePort": 8000, "proxy": {**base, key: ""}})) == flags + 1
    assert arguments({"servicePort": 8000, "proxy": {**base, key: ""}})[-1].endswith("=")
    assert len(arguments({"servicePort": 8000, "proxy": {**base, key: None}})) == flags


def test_flags_have_one_order() -> None:
    """However the keys stand in the config, the flags come in the order of the specification."""
    keys = ["certPath", "prefillerUseTLS", "secure", "zapTimeEncoding", "zapStacktraceLevel", "zapLogLevel", "zapEncoder"]
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
    ]
    assert [flag.partition("=")[0] for flag in written("0.3", debugLevel=1, certPath="/c", targetPort=1)] == [
        "--port",
        "--vllm-port",
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


@pytest.mark.parametrize(
    ("routing", "said"),
    [
        ({}, "--kv-connector=sglang"),
        ({"version": "0.8"}, "--connector=sglang"),
        ({"connector": "lmcache"}, "--kv-connector=lmcache"),
        ({"kvConnector": "lmcache"}, "--kv-connector=lmcache"),
        ({"connector": "nixlv2"}, "--kv-connector=nixlv2"),
    ],
)
def test_the_connector_is_the_engines_where_nobody_says_another(routing: dict[str, str], said: str) -> None:
    """SGLang has a protocol of its own; what the user says counts, whatever it is."""
    made = make({"profile": "llm-d", "engine": {"image": "x:1", "modelCommand": "sglangServe"}, "routing": {"proxy": routing}})
    assert said in made.proxy()["args"]
