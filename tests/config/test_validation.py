"""The schemas, and the quick answer whether a document conforms to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.compose.made import document
from tests.config.documents import mutated, valid

from modelservice import checks
from modelservice.config.validation import checked, conforms, is_ours, schema

Map = dict[str, Any]

SCHEMAS = ("modelservice", "overlay")


def nodes(node: Any) -> Iterator[Map]:
    """Every part of a schema that is a schema itself."""
    yield node
    for key in ("properties", "$defs"):
        for below in node.get(key, {}).values():
            yield from nodes(below)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from nodes(node[key])
    for below in node.get("anyOf", []):
        yield from nodes(below)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    """Both files are JSON Schema 2020-12: editors and the library read them too."""
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_use_only_keywords_that_the_quick_answer_knows(name: str) -> None:
    """A keyword that ``conforms`` does not know would hold for the library alone."""
    known = {"type", "properties", "additionalProperties", "required", "items", "minItems", "enum", "const", "pattern"}
    known |= {"maxLength", "minimum", "maximum", "anyOf", "$ref", "$defs", "$schema", "title", "description", "examples", "x-must-be"}
    assert {keyword for node in nodes(schema(name)) for keyword in node} <= known


def test_schema_describes_every_field_of_a_spec() -> None:
    """Editors, docs and users see what each field is for."""
    root = schema("modelservice")
    bare = [
        key
        for node in nodes(root["properties"]["spec"])
        for key, field in node.get("properties", {}).items()
        if "description" not in field and "description" not in referred(field, root)
    ]
    assert set(bare) <= set(checks.NAMES)


def referred(node: Map, root: Map) -> Map:
    """Return the definition that a node refers to, or nothing."""
    found: Map = root["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else {}
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_close_every_map_but_those_of_kubernetes(name: str) -> None:
    """An unknown key is found wherever keys are ours; Kubernetes' own objects may have more than we know (specification: Refusals)."""
    opened = [node for node in nodes(schema(name)) if "properties" in node and node.get("additionalProperties", True) is True]
    asked = {"apiVersion", "kind", "metadata", "name", "namespace", "annotations", "labels", "mountPath", "limits", "requests", "claims"}
    asked |= {"plugins", "schedulingProfiles", "type", "pluginRef"}  # of pickers' configs
    asked |= {"matches", "headers", "filters"}  # of routes
    assert {key for node in opened for key in node["properties"]} <= asked


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_right_documents_conform(name: str, data: st.DataObject) -> None:
    """What the schema allows is allowed by both, the quick answer and the library."""
    right = data.draw(valid(schema(name), schema(name)))
    assert Draft202012Validator(schema(name)).is_valid(right)
    assert conforms(right, schema(name), schema(name))


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_quick_answer_is_the_librarys(name: str, data: st.DataObject) -> None:
    """Whatever is wrong with a document: both say the same yes or no."""
    given_document = data.draw(mutated(name))
    expected = Draft202012Validator(schema(name)).is_valid(given_document)
    assert conforms(given_document, schema(name), schema(name)) == expected


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_wrong_document_has_problems_in_our_own_words(name: str, data: st.DataObject) -> None:
    """A document has problems if and only if it does not conform, and no message is left to the library's wording."""
    given_document = data.draw(mutated(name))
    _, problems = checked(given_document, name)
    assert bool(problems) is not conforms(given_document, schema(name), schema(name))
    assert all(problem.severity == "error" and problem.field for problem in problems)
    assert not [problem.message for problem in problems if "does not fit the schema" in problem.message]


@pytest.mark.parametrize(
    ("value", "node", "answer"),
    [
        (True, {"type": "integer"}, False),
        (True, {"type": "number"}, False),
        (1, {"type": "boolean"}, False),
        (1, {"enum": [True]}, False),
        (True, {"enum": [1]}, False),
        (1.5, {"type": "integer"}, False),
        (None, {"type": ["string", "null"]}, True),
        ("ab", {"type": "string", "maxLength": 2}, True),
        ("abc", {"type": "string", "maxLength": 2}, False),
        ("ab", {"type": "string", "pattern": "^a"}, True),
        ("ba", {"type": "string", "pattern": "^a"}, False),
        (5, {"type": "integer", "pattern": "^a"}, True),
        (2, {"type": "integer", "minimum": 2, "maximum": 2}, True),
        (3, {"type": "integer", "maximum": 2}, False),
        ([], {"type": "array", "minItems": 1}, False),
        ([0, "x"], {"type": "array", "items": {"type": "integer"}}, False),
        ({"a": 1}, {"properties": {"b": {}}, "additionalProperties": False}, False),
        ({"a": 1}, {"additionalProperties": {"type": "string"}}, False),
        ({}, {"required": ["a"]}, False),
        ("7", {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, False),
        ("x", {"anyOf": [{"type": "string"}], "type": "integer"}, False),
    ],
)
def test_each_keyword_counts(value: Any, node: Map, answer: bool) -> None:
    """Every keyword that a schema uses makes a difference, and a boolean is no number."""
    assert conforms(value, node, node) is answer
    assert Draft202012Validator(node).is_valid(value) is answer


def test_right_document_is_passed_on_as_it_is() -> None:
    """A document without a mistake is not copied and has no results."""
    right = document({"profile": "llm-d"})
    remaining, problems = checked(right, "modelservice")
    assert remaining is right
    assert problems == []


def test_a_number_beyond_all_integers_is_no_whole_number() -> None:
    """1e300 is a float; JSON Schema would call it an integer, and Kubernetes refuses it."""
    _, problems = checked(document({"decode": {"replicas": 1e300}}), "modelservice")
    assert [problem.field for problem in problems] == ["spec.decode.replicas"]


# The keys of the charts, row by row (specification: Keys): S text, I whole number, B boolean, M any map, L any list, LM a list or a map,
# P port, SM map of text, SL list of text, * something with keys of its own (listed below it) or a choice.
KEYS: Map = {
    "": "enabled:B fullnameOverride:S serviceAccountOverride:S multinode:B schedulerName:S extraObjects:L decode:M prefill:M "
    "common:M global:M nameOverride:S modelArtifacts:M accelerator:M dra:M routing:M tracing:M requester:M",
    "modelArtifacts": "name:S uri:S size:S mountPath:S authSecretName:S readOnly:B labels:SM imagePullPolicy:S path:S",
    "accelerator": "type:S dra:B resources:SM env:M resourceClaimTemplates:M",
    "accelerator.resourceClaimTemplates.*": "name:S class:S match:S count:I selectors:L",
    "accelerator.env": "*:L",
    "dra": "enabled:B type:S claimTemplates:L",
    "dra.claimTemplates.*": "name:S class:S match:S count:I selectors:L",
    "routing": "servicePort:P parentRefs:L proxy:M modelName:S",
    "routing.proxy": "enabled:B image:S imagePullPolicy:S targetPort:P connector:S secure:B zapDevel:B zapEncoder:S "
    "zapLogLevel:SI zapStacktraceLevel:S zapTimeEncoding:S prefillerUseTLS:B certPath:S debugLevel:I parentRefs:L",
    "tracing": "enabled:B otlpEndpoint:S sampling:M serviceNames:M vllm:M",
    "tracing.sampling": "sampler:S samplerArg:SN",
    "tracing.serviceNames": "vllmDecode:S vllmPrefill:S furiosaLLMDecode:S furiosaLLMPrefill:S routingProxy:S",
    "tracing.vllm": "collectDetailedTraces:S",
    "requester": "enable:B image:S adminPort:P port:M readinessProbe:M resources:M",
    "requester.port": "probes:P spi:P",
    "requester.readinessProbe": "initialDelaySeconds:I periodSeconds:I",
    "requester.resources": "limits:M",
    "requester.resources.limits": "gpus:SI cpus:SIN memory:SI",
    "decode": "create:B replicas:I annotations:SM podAnnotations:SM tolerations:L nodeSelector:SM enableServiceLinks:B "
    "terminationGracePeriodSeconds:I imagePullSecrets:L schedulerName:S priorityClassName:S podSecurityContext:M volumes:LM "
    "initContainers:L hostIPC:B hostPID:B strategy:M extraConfig:M resourceClaims:L subGroupPolicy:M "
    "subGroupExclusiveTopology:B containers:L1 parallelism:M acceleratorTypes:M accelerator:M autoscaling:M monitoring:M",
    "decode.parallelism": "tensor:I data:I pipeline:I workers:I dataLocal:I",
    "decode.acceleratorTypes": "labelKey:S labelValues:SL labelValue:SL+S",
    "decode.accelerator": "type:S dra:B",
    "decode.autoscaling": "enabled:B",
    "decode.monitoring": "podmonitor:M",
    "decode.monitoring.podmonitor": "enabled:B portName:S path:S interval:S scrapeTimeout:S relabelings:L "
    "metricRelabelings:L namespaceSelector:M annotations:SM labels:SM",
    "decode.containers.*": "name:S image:S imagePullPolicy:S modelCommand:S mountModelVolume:B command:SL args:SL env:LM ports:LM "
    "securityContext:M livenessProbe:M readinessProbe:M startupProbe:M lifecycle:M resources:M volumeMounts:LM workingDir:S stdin:B "
    "tty:B extraConfig:M",
}
# What this project adds to the charts' keys.
OF_CLAIMS = {"requests", "constraints", "config", "perRank"}
OURS = {
    "": {
        "profile",
        "presets",
        "overlays",
        "patches",
        "mergeKeys",
        "checks",
        "external",
        "drain",
        "kubernetesVersion",
        "engine",
        "extraConfig",
        "encode",
        "topology",
        "disaggregatedSet",
    },
    "tracing.serviceNames": {"vllmEncode"},
    "modelArtifacts": {"lora", "s3", "compiled", "compiledPath"},
    "routing": {"inferencePool", "httpRoute", "epp", "objectives", "provider"},
    "routing.proxy": {"version", "kvConnector", "ecConnector", "flags", "resources", "env"},
    "decode": {"drain", "engine", "leaderWorkerSet"},
    "decode.parallelism": {"mode", "expert"},
    "decode.containers.*": {"flags", "version"},
    "accelerator": {"computeDomain"},
    "accelerator.resourceClaimTemplates.*": OF_CLAIMS,
    "dra.claimTemplates.*": OF_CLAIMS,
}
SAMPLES: Map = {
    "S": ["text"],
    "I": [2],
    "N": [0.5],
    "B": [True, False],
    "M": [{}],
    "L": [[]],
    "LM": [[], {}],
    "L1": [[{}]],
    "P": [8000, "8000"],
    "SM": [{"key": "text"}],
    "SL": [["text"]],
    "SL+S": ["text", ["text"]],
    "SI": ["text", 2],
    "SN": ["text", 0.5, 2],
    "SIN": ["text", 2, 0.5],
}
# A type that a code does not stand for, as a value.
OTHERS: Map = {"S": 5, "I": "two", "B": "yes", "M": [], "L": {}, "LM": "a", "L1": [], "P": True, "SM": {"key": 5}, "SL": [5], "SL+S": 5}
OTHERS |= {"SI": True, "SN": True, "SIN": True}
CHOICES = {"imagePullPolicy": "Always", "modelCommand": "custom", "match": "exactly"}


def at(path: str, value: Any) -> Map:
    """Return a spec with a value at a dotted path; ``*`` is an entry of a list, or any key of a map."""
    first, _, rest = path.partition(".")
    below = at(rest, value) if rest else value
    if first == "*":
        return {"any": below}
    if rest.startswith("*") and first in ("containers", "claimTemplates"):
        return {first: [below["any"]]}
    return {first: below}


def rows() -> Iterator[tuple[str, str]]:
    """Every key of the charts as a path, and its type (specification: Keys)."""
    for where, keys in KEYS.items():
        for key, kind in (entry.split(":") for entry in keys.split()):
            yield (f"{where}.{key}" if where else key), kind


def is_right(path: str, value: Any) -> bool:
    """Say whether a spec with this value is right."""
    root = schema("modelservice")
    return conforms({**document(), "spec": at(path, value)}, root, root)


@pytest.mark.parametrize(("path", "kind"), list(rows()))
def test_every_key_is_known_with_its_type(path: str, kind: str) -> None:
    """Each key takes values of its type, and null, which deletes a default; other types are refused (specification: Keys)."""
    key = path.rpartition(".")[2]
    samples = [CHOICES[key]] if key in CHOICES else SAMPLES[kind]
    assert [value for value in samples if not is_right(path, value)] == []
    assert is_right(path, None)
    assert not is_right(path, OTHERS[kind])


@pytest.mark.parametrize("role", ["decode", "prefill"])
def test_roles_have_the_same_keys(role: str) -> None:
    """Prefill takes the same fields as decode (README: Values)."""
    assert schema("modelservice")["properties"]["spec"]["properties"][role]["$ref"] == "#/$defs/role"


def test_no_key_beyond_the_specification() -> None:
    """The schema knows nothing that neither the charts nor this project's own keys have (specification: Keys)."""
    root = schema("modelservice")

    def walk(node: Map, path: str) -> Iterator[str]:
        node = referred(node, root) or node
        if path not in KEYS:
            return
        for key, below in node.get("properties", {}).items():
            if key not in OURS.get(path, ()):
                here = f"{path}.{key}" if path else key
                yield here
                yield from walk(below, here)
                for entry in (below.get("items"), below.get("additionalProperties")):
                    if isinstance(entry, dict):
                        yield from walk(entry, f"{here}.*")

    assert set(walk(root["properties"]["spec"], "")) - {path for path, _ in rows()} == set()


@pytest.mark.parametrize("entry", [1, "a", None, []])
@pytest.mark.parametrize(
    "path",
    [path for path, kind in rows() if kind in ("L", "LM") and path not in ("accelerator.env.*", "dra.claimTemplates")]
    + ["accelerator.env.nvidia"],
)
def test_lists_of_kubernetes_objects_hold_maps(path: str, entry: Any) -> None:
    """What a list holds is Kubernetes' own, but it is maps: an entry of another kind is told with its place."""
    value: Any = [entry] if not path.endswith(".*") else {"any": [entry]}
    assert not is_right(path, value)


@pytest.mark.parametrize(
    ("field", "entry"),
    [
        ("env", {"value": "x"}),
        ("volumeMounts", {"name": "x"}),
        ("volumeMounts", {"mountPath": "/x"}),
        ("resources", {"claims": [{}]}),
        ("resources", {"claims": "x"}),
        ("resources", {"limits": []}),
        ("resources", {"requests": {"cpu": []}}),
    ],
)
def test_what_entries_are_merged_by_is_there(field: str, entry: Map) -> None:
    """An entry without its name, or a mount without its path, could not be told from the others."""
    assert not is_right(f"decode.containers.*.{field}", entry if field == "resources" else [entry])


def test_checks_can_all_be_set_and_no_others() -> None:
    """spec.checks has exactly the checks that there are, each with the severities a result can have, or off."""
    properties = schema("modelservice")["properties"]["spec"]["properties"]["checks"]["properties"]
    assert set(properties) == set(checks.NAMES)
    for name in checks.NAMES:
        for severity in ("error", "warning", "info", "off", None):
            assert is_right(f"checks.{name}", severity)
        assert not is_right(f"checks.{name}", "fatal")


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"kind": "Overlay"}, {"apiVersion": "v1", "kind": "Overlay"}])
def test_what_is_no_config_of_ours(value: Any) -> None:
    """Whatever it is, of our version it is not."""
    assert not is_ours(value)
    assert not is_ours(value, "Overlay")


def test_a_config_of_ours_is_of_its_kind() -> None:
    """Of one of those that are asked for, or of any."""
    value = {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": ["Overlay"]}
    assert is_ours(value)
    assert not is_ours(value, "Overlay", "Profile")
    assert is_ours({**value, "kind": "Profile"}, "Overlay", "Profile")
