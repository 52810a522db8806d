"""modelservice-fn: ResourceList in, ResourceList out, exit code, and what it says on stderr."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.compose.made import API_VERSION, WORKLOADS, document, make, overlay
from tests.compose.samples import SAMPLES

import modelservice
from modelservice import function
from modelservice.krm import parse, write_yaml

Map = dict[str, Any]

SOURCE = Path(modelservice.__file__).resolve().parents[1]
PATH = "config.kubernetes.io/path"
CONFIG_MAP: Map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}, "data": {"a": "012"}}


class Answer:
    """What one call came to: exit code, bytes on stdout, lines on stderr."""

    def __init__(self, code: int, stdout: bytes, stderr: str) -> None:
        self.code, self.stdout, self.lines = code, stdout, stderr.splitlines()

    @property
    def resources(self) -> Map:
        """The ResourceList on stdout, which is all that is there."""
        resources: Map = parse(self.stdout)
        assert (resources["apiVersion"], resources["kind"]) == ("config.kubernetes.io/v1", "ResourceList")
        assert isinstance(resources["items"], list)
        return resources

    @property
    def items(self) -> list[Map]:
        """The items of the answer."""
        items: list[Map] = self.resources["items"]
        return items

    @property
    def results(self) -> list[Map]:
        """The results of the answer."""
        results: list[Map] = self.resources.get("results", [])
        return results

    def kinds(self) -> list[str]:
        """The kinds of the items."""
        return [item["kind"] for item in self.items]


class Buffer(io.BytesIO):
    """A stdout that counts how often it is written to."""

    writes = 0

    def write(self, data: Any) -> int:
        """Count, and write."""
        self.writes += 1
        return super().write(data)


def call(data: bytes | str, *arguments: str) -> Answer:
    """Run the function in this process."""
    given_bytes = data if isinstance(data, bytes) else data.encode()
    buffer, stderr = Buffer(), io.StringIO()
    stdout = io.TextIOWrapper(buffer, encoding="utf-8")
    stdin = io.TextIOWrapper(io.BytesIO(given_bytes), encoding="utf-8")
    with (
        patch.object(sys, "stdin", stdin),
        patch.object(sys, "argv", ["modelservice-fn", *arguments]),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        code = function.main()
    stdout.flush()
    assert buffer.writes <= 1, "the answer is written once"
    return Answer(code, buffer.getvalue(), stderr.getvalue())


def resource_list(function_config: Any = None, *items: Any, **more: Any) -> str:
    """Return a ResourceList as kustomize writes it."""
    content = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": list(items), **more}
    if function_config is not None:
        content["functionConfig"] = function_config
    return write_yaml(content)


def in_file(resource: Map, path: str = "file.yaml") -> Map:
    """Return a resource as kpt sends it: with the file that it is from."""
    metadata = resource["metadata"]
    return {**resource, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), PATH: path}}}


def process(*arguments: str, data: bytes | str = b"", module: str = "modelservice.process", **environment: str) -> Answer:
    """Run the function in a process of its own."""
    found = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=data if isinstance(data, bytes) else data.encode(),
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        cwd="/",
    )
    return Answer(found.returncode, found.stdout, found.stderr.decode())


# As a generator of kustomize


def test_a_generator_answers_with_what_the_config_becomes() -> None:
    """Kustomize sends the config twice; the answer has what it becomes, and not the config."""
    config = document()
    echo = copy.deepcopy(config)
    echo["metadata"]["annotations"] = {"config.kubernetes.io/local-config": "true"}
    answer = call(resource_list(config, echo))
    assert answer.code == 0
    assert answer.items == make({}).objects
    assert "functionConfig" not in answer.resources


def test_items_are_there_even_when_there_are_none() -> None:
    """Without ``items`` kustomize would take the answer itself for a resource."""
    for text in (resource_list(document({"enabled": False})), resource_list(document({"nonsense": 1})), ""):
        assert call(text).items == []


def test_the_answer_is_json_on_one_line() -> None:
    """Kustomize re-serialises what it gets; nothing else is on stdout."""
    stdout = call(resource_list(document())).stdout
    assert json.loads(stdout)["kind"] == "ResourceList"
    assert stdout.count(b"\n") == 1


def test_other_items_pass_through_untouched_and_first() -> None:
    """The function never deletes or changes what it was given."""
    answer = call(resource_list(document(), CONFIG_MAP, document(), CONFIG_MAP))
    assert answer.items[:2] == [CONFIG_MAP, CONFIG_MAP]
    assert [item["kind"] for item in answer.items[2:]] == ["ServiceAccount", "Deployment"]


@pytest.mark.parametrize("other", [{"kind": "Other"}, {"apiVersion": "v2"}, {"metadata": {"name": "another"}}])
def test_only_the_echo_is_dropped(other: Map) -> None:
    """Another kind, version or name is another resource."""
    item = {**document(), **other}
    assert item in call(resource_list(document(), item)).items


def test_the_config_is_generated_from_and_not_other_model_services() -> None:
    """With a ModelService as functionConfig those among the items are resources like others."""
    other = document({}, name="other")
    answer = call(resource_list(document(), other))
    assert answer.items[0] == other
    assert {item["metadata"]["name"] for item in answer.items[1:]} == {"llama", "llama-decode"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_answer_is_what_generate_makes(sample: str) -> None:
    """The way through the protocol changes nothing of any config's objects."""
    assert call(resource_list(document(SAMPLES[sample]))).items == make(SAMPLES[sample]).objects


# ModelServices among the items


def test_without_config_all_model_services_among_the_items_are_generated() -> None:
    """In a pipeline each ModelService becomes its objects, and is gone then: a patch of it would come too late."""
    first, second = document({}, name="one"), document({}, name="two", namespace="other")
    answer = call(resource_list(None, first, CONFIG_MAP, second))
    assert answer.code == 0
    assert answer.items[0] == CONFIG_MAP
    assert not [item for item in answer.items if item["kind"] == "ModelService"]
    assert [item["metadata"]["name"] for item in answer.items if item["kind"] in WORKLOADS] == ["one-decode", "two-decode"]


def test_one_wrong_service_stops_all_of_them() -> None:
    """With an error the items are as they came, and every problem is told."""
    first, second = document({}, name="one"), document({"nonsense": 1}, name="two", namespace="other")
    answer = call(resource_list(None, first, second))
    assert answer.code == 1
    assert answer.items == [first, second]
    assert [result["resourceRef"]["name"] for result in answer.results if result["severity"] == "error"] == ["two"]


def test_settings_of_a_config_map_apply_to_all() -> None:
    """What kpt makes of ``-- key=value`` are presets and settings of every ModelService among the items."""
    settings_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"presets": "shm", "decode.replicas": "3"}}
    answer = call(resource_list(settings_map, document()))
    (deployment,) = [item for item in answer.items if item["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == 3
    assert "shm" in str(deployment)


@pytest.mark.parametrize(
    "config",
    [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}},
        {"apiVersion": "modelservice.llm-d.ai/v2", "kind": "ModelService", "metadata": {"name": "x"}},
        {"apiVersion": API_VERSION, "kind": "Overlay", "metadata": {"name": "x"}},
        {"a": "b"},
        "text",
        5,
        ["list"],
    ],
)
def test_another_function_config_is_an_error(config: Any) -> None:
    """What is no ModelService is refused in words that say what would be right; the items stay."""
    answer = call(resource_list(config, CONFIG_MAP))
    assert answer.code == 1
    assert answer.items == [CONFIG_MAP]
    assert len(answer.results) == 1
    assert f"{API_VERSION} ModelService" in answer.results[0]["message"]
    assert "ModelService" in answer.lines[0]


@pytest.mark.parametrize("items", [[], [CONFIG_MAP], [None], [5], [{}], ["text"]])
def test_without_any_model_service_there_is_nothing_to_do(items: list[Any]) -> None:
    """A call that cannot mean anything is an error, and not silence."""
    answer = call(resource_list(None, *items))
    assert answer.code == 1
    assert answer.items == items
    assert "there is no ModelService" in answer.results[0]["message"]


# Overlays among the items


NETWORK = overlay({"target": "pod", "patch": {"spec": {"hostNetwork": True}}}, name="network")
OF_FURIOSA = overlay({"target": "pod", "patch": {"spec": {"hostPID": True}}}, name="of-furiosa", when={"profile": "furiosa"})


def pod_of(answer: Answer) -> Map:
    """Return the spec of the pods of the only Deployment."""
    (deployment,) = [item for item in answer.items if item["kind"] == "Deployment"]
    pod: Map = deployment["spec"]["template"]["spec"]
    return pod


def test_overlays_among_the_items_are_a_library() -> None:
    """Those that say when apply where that holds, the others are presets; where all services are generated, they have said all."""
    plain = call(resource_list(None, NETWORK, OF_FURIOSA, document()))
    assert not [item for item in plain.items if item["kind"] == "Overlay"]
    one = call(resource_list(document(), NETWORK, OF_FURIOSA))
    assert one.items[:2] == [NETWORK, OF_FURIOSA]  # another service may ask for them yet
    assert (pod_of(plain).get("hostNetwork"), pod_of(plain).get("hostPID")) == (None, True)
    assert pod_of(call(resource_list(document({"presets": ["network"]}), NETWORK)))["hostNetwork"] is True


def test_a_wrong_overlay_among_the_items_is_an_error_of_its_own() -> None:
    """The result is about the Overlay, not about a ModelService, and nothing is generated."""
    wrong = {**NETWORK, "spec": {"patches": [{"target": "pods", "patch": {}}]}}
    answer = call(resource_list(document(), wrong))
    assert (answer.code, answer.items) == (1, [wrong])
    assert answer.lines[0].startswith("error: Overlay network: spec.patches[0].target: ")


CLAIM = overlay(
    {"target": "pod", "patch": {"spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "${preset.claim}"}}]}}},
    name="data",
    parameters={"claim": {"type": "string"}, "other": {"type": "integer", "default": 1}},
    require=["shm"],
    exclude=["probes"],
)
PRESET_MISTAKES: list[tuple[Any, str, str]] = [
    (["shm", {"name": "data", "claim": "c", "othr": 1}], "spec.presets[1].othr", "did you mean other?"),
    (["shm", {"name": "data", "claim": 16}], "spec.presets[1].claim", "is 16; must be text: quote it"),
    (["shm", "data"], "spec.presets[1].claim", "missing; preset data needs it"),
    (["shm", "probes", {"name": "data", "claim": "c"}], "spec.presets[2]", "goes not together with preset probes; leave one out"),
    ([{"name": "data", "claim": "c"}], "spec.presets[0]", "needs preset shm too; name it"),
]


@pytest.mark.parametrize(("presets", "field", "message"), PRESET_MISTAKES)
@pytest.mark.parametrize("way", ["config", "settings"])
def test_a_mistake_with_presets_is_told_once_and_nothing_is_made(presets: list[Any], field: str, message: str, way: str) -> None:
    """In a ModelService, and in the settings that kpt gives."""
    texts = [
        one if isinstance(one, str) else f"{one['name']}:{','.join(f'{k}={v}' for k, v in one.items() if k != 'name')}" for one in presets
    ]
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"presets": ", ".join(texts)}}
    request = resource_list(document({"presets": presets}), CLAIM) if way == "config" else resource_list(settings, CLAIM, document())
    answer = call(request)
    assert answer.code == 1
    assert [obj["kind"] for obj in answer.items if obj["kind"] not in ("Overlay", "ModelService", "ConfigMap")] == []
    errors = [result for result in answer.results if result["severity"] == "error"]
    assert [result["field"]["path"] for result in errors] == [field]
    assert message in errors[0]["message"]
    assert ("(set by presets of the functionConfig's data)" in errors[0]["message"]) is (way == "settings")


def test_presets_of_the_settings_have_parameters() -> None:
    """As kpt gives them: ``-- presets="probes, shm:sizeLimit=16Gi"``."""
    data = {"presets": "no-service-links, shm:sizeLimit=16Gi , data:claim=models,other=2"}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data}
    pod = pod_of(call(resource_list(settings, CLAIM, document())))
    assert pod["enableServiceLinks"] is False
    assert {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}} in pod["volumes"]
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "models"}} in pod["volumes"]
    wrong = call(resource_list({**settings, "data": {"presets": "sizeLimit=1"}}, document()))
    assert wrong.code == 1
    assert "'sizeLimit=1' names no preset" in wrong.results[0]["message"]


def test_a_value_that_kubernetes_refuses_is_told_where_it_is_given() -> None:
    """Not of the Overlay, which is right."""
    answer = call(resource_list(document({"presets": ["shm", {"name": "data", "claim": ""}]}), CLAIM))
    (error,) = [result for result in answer.results if result["severity"] == "error"]
    assert (error["field"]["path"], error["resourceRef"]["kind"]) == ("spec.presets[1].claim", "ModelService")


def test_checks_that_a_preset_sets_count_for_all_resources() -> None:
    """As those of the spec do."""
    lenient = overlay(name="lenient", defaults={"checks": {"inference-pool": "warning"}})
    assert call(resource_list(document(), lenient, POOL)).code == 1
    assert call(resource_list(document({"presets": ["lenient"]}), lenient, POOL)).code == 0


def test_two_overlays_of_one_name_are_an_error() -> None:
    """A preset is asked for by its name, which then could be either."""
    answer = call(resource_list(document(), NETWORK, OF_FURIOSA, NETWORK))
    assert answer.code == 1
    assert [result["field"]["path"] for result in answer.results] == ["metadata.name"]
    assert answer.results[0]["resourceRef"]["name"] == "network"


# Checks of all resources

POOL: Map = {
    "apiVersion": "inference.networking.k8s.io/v1",
    "kind": "InferencePool",
    "metadata": {"name": "theirs"},
    "spec": {
        "selector": {"matchLabels": {"llm-d.ai/inferenceServing": "true"}},
        "targetPorts": [{"number": 9999}],
        "endpointPickerRef": {"name": "epp", "port": {"number": 9002}},
    },
}
VALIDATION: Map = {"apiVersion": API_VERSION, "kind": "Validation", "metadata": {"name": "look"}}


def test_pools_from_elsewhere_are_held_against_what_is_generated() -> None:
    """An InferencePool among the items whose port the pods do not serve is told with both sides (specification: InferencePools)."""
    answer = call(resource_list(document({"checks": {"inference-pool": "warning"}}), POOL))
    assert answer.code == 0
    (result,) = [result for result in answer.results if result["tags"]["check"] == "inference-pool"]
    assert result["resourceRef"]["name"] == "theirs"
    assert "9999" in result["message"]
    assert "8000" in result["message"]
    assert answer.items[0] == POOL
    assert len(answer.items) == 3


def test_an_error_among_all_resources_stops_the_output_too() -> None:
    """With an error the items are as they came, whatever found it."""
    answer = call(resource_list(document({"checks": {"inference-pool": "error"}}), POOL))
    assert (answer.code, answer.items) == (1, [POOL])


def test_objects_that_users_add_are_held_against_it_as_well() -> None:
    """ExtraObjects and patches can break what fits together by construction."""
    answer = call(resource_list(document({"extraObjects": [POOL], "checks": {"inference-pool": "warning"}})))
    assert [result["tags"]["check"] for result in answer.results if result["resourceRef"]["name"] == "theirs"] == ["inference-pool"]
    patch = {"target": {"kind": "InferencePool"}, "patch": [{"op": "replace", "path": "/spec/targetPorts/0/number", "value": 1}]}
    spec = {"routing": {"inferencePool": {"create": True}}, "patches": [patch], "checks": {"inference-pool": "warning"}}
    assert "inference-pool" in [result["tags"]["check"] for result in call(resource_list(document(spec))).results]


def test_a_validation_only_looks() -> None:
    """As a validator of kustomize it answers with no items: kustomize refuses one that echoes them."""
    service = make({}).objects
    right = call(resource_list(VALIDATION, *service))
    assert (right.code, right.items, right.results) == (0, [], [])
    wrong = call(resource_list(VALIDATION, *service, POOL))
    assert wrong.code == 1
    assert wrong.items == []
    assert {result["tags"]["check"] for result in wrong.results} == {"inference-pool", "endpoint-picker"}
    assert wrong.lines[0].startswith("error: InferencePool theirs: spec.targetPorts[0].number: ")


def test_a_validation_says_what_is_there_and_how_serious_checks_are() -> None:
    """External and checks are those of a ModelService."""
    config = {**VALIDATION, "spec": {"external": ["Service/epp"], "checks": {"inference-pool": "off"}}}
    assert call(resource_list(config, *make({}).objects, POOL)).results == []


def test_a_validation_in_a_package_keeps_the_files() -> None:
    """Kpt takes what is missing from the answer for deleted."""
    items = [in_file(item, f"{index}.yaml") for index, item in enumerate(make({}).objects)]
    answer = call(resource_list(VALIDATION, *items))
    assert (answer.code, answer.items) == (0, items)


def test_a_wrong_validation_is_an_error() -> None:
    """A key that means nothing there is told."""
    answer = call(resource_list({**VALIDATION, "spec": {"multinode": True}}, CONFIG_MAP))
    assert answer.code == 1
    assert answer.lines[0].startswith("error: Validation look: spec.multinode: ")


# In a package of kpt


def test_in_a_package_the_config_stays_and_the_answer_is_yaml() -> None:
    """A config with a path is a user's file, and no echo; kpt gets YAML, since JSON would rewrite files as one line."""
    config = in_file(document())
    answer = call(resource_list(config, config))
    assert answer.code == 0
    assert answer.kinds()[0] == "ModelService"
    assert answer.stdout.count(b"\n") > 20
    assert answer.resources["functionConfig"] == config


def test_in_a_package_what_is_generated_gets_files() -> None:
    """Kpt writes items where their path says: each generated object has one of its own."""
    answer = call(resource_list(None, in_file(document(), "ms.yaml")))
    annotations = [item["metadata"]["annotations"] for item in answer.items]
    paths = [(each.get(f"internal.{PATH}") or each.get(PATH), each.get("internal.config.kubernetes.io/index")) for each in annotations]
    assert all(path for path, _ in paths)
    assert len(set(paths)) == len(paths) >= 3
    failed = call(resource_list(None, in_file(document({"nonsense": 1}), "ms.yaml")))
    assert [item["kind"] for item in failed.items] == ["ModelService"]


def test_in_a_package_stderr_is_quiet_unless_it_fails() -> None:
    """Kpt shows results; under kustomize nobody sees them, so that warnings go to stderr there."""
    assert call(resource_list(in_file(document()), in_file(document()))).lines == []
    assert call(resource_list(document())).lines[0].startswith("warning: ModelService llama: ")
    wrong = in_file(document({"nonsense": 1}))
    assert call(resource_list(wrong, wrong)).lines[0].startswith("error: ModelService llama: spec.nonsense: ")


# Errors


def test_the_first_line_of_stderr_names_config_field_and_cause() -> None:
    """Kustomize shows nothing but stderr: its first line says what to look at."""
    answer = call(resource_list(document({"decode": {"replica": 2}, "multinode": "yes"}, name="my-model")))
    assert answer.code == 1
    assert answer.lines == [
        "error: ModelService my-model: spec.decode.replica: unknown key; did you mean replicas? [config]",
        "error: ModelService my-model: spec.multinode: is 'yes'; must be true or false, as in true without quotes [config]",
        "to see the lines of the file: modelservice render FILE",
    ]


def test_errors_come_before_warnings() -> None:
    """Whatever was found first: errors are on top."""
    spec = {"multinode": True, "checks": {"image-tag": "error"}}
    severities = [line.partition(":")[0] for line in call(resource_list(document(spec))).lines]
    assert severities == ["error", "warning", "warning", "to see the lines of the file"]


def test_results_say_severity_field_and_resource() -> None:
    """The results of the answer have the fields of the KRM function specification: message, severity, resourceRef, field, tags."""
    answer = call(resource_list(document({"multinode": True}, namespace="serving")))
    assert answer.code == 0
    (result,) = [result for result in answer.results if result["tags"]["check"] == "furiosa-multinode"]
    assert set(result) == {"message", "severity", "resourceRef", "field", "tags"}
    assert result["severity"] == "warning"
    assert result["field"]["path"] == "spec.multinode"
    assert result["field"]["currentValue"] is True
    assert result["resourceRef"] == {"apiVersion": API_VERSION, "kind": "ModelService", "name": "llama", "namespace": "serving"}


def test_with_an_error_nothing_is_generated() -> None:
    """An error leaves no half of a service behind, and the exit code says so."""
    answer = call(resource_list(document({"nonsense": 1}), CONFIG_MAP))
    assert (answer.code, answer.items) == (1, [CONFIG_MAP])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"null", ""),
        (b"text", ""),
        (b"[]", ""),
        (b"{}", "ResourceList"),
        (b"kind: Pod", "ResourceList"),
        (b"kind: ResourceList\nitems: text", "items"),
        (b"kind: ResourceList\n---\nkind: ResourceList", ""),
        (b"a: [", ""),
        (b"a: b: c", ""),
        (b"\xff\xfe", "UTF-8"),
        (b"a: 1\na: 2", ""),
        (b"a: &a [*a]", ""),
        (b"\x00", ""),
        (b"- " * 500, ""),
        (b"[" * 5000, ""),
    ],
)
def test_what_is_no_resource_list_is_an_error(data: bytes, words: str) -> None:
    """Empty input, garbage, and other YAML get an answer that says so, exit code 1, and no traceback."""
    answer = call(data)
    assert answer.code == 1
    assert answer.items == []
    assert len(answer.results) == 1
    assert words in answer.results[0]["message"]
    assert answer.lines[0].startswith("error: the input is not a ResourceList: ")


@pytest.mark.parametrize("version", ["config.kubernetes.io/v1", "config.kubernetes.io/v1alpha1", "anything/v9"])
def test_any_version_of_the_list_is_taken(version: str) -> None:
    """Kustomize and kpt accept any apiVersion, and so do we; we write v1."""
    assert call(resource_list(document(), apiVersion=version)).kinds() == ["ServiceAccount", "Deployment"]


def test_null_items_are_an_empty_list() -> None:
    """``items: null`` is what some orchestrators write."""
    assert call(resource_list(document(), items=None)).kinds() == ["ServiceAccount", "Deployment"]


# The process


def test_help_and_version() -> None:
    """A human who calls the function is told what it is (exit code 0), on stdout."""
    for argument in ("--help", "-h"):
        answer = call(b"", argument)
        assert (answer.code, answer.lines) == (0, [])
        assert b"kustomize build --enable-alpha-plugins --enable-exec" in answer.stdout
    for argument in ("--version", "-V"):
        answer = call(b"", argument)
        assert (answer.code, answer.stdout.decode().strip()) == (0, modelservice.__version__)


@pytest.mark.parametrize("arguments", [["render"], ["--help", "--version"], ["file.yaml"], ["-x"]])
def test_another_call_is_wrong(arguments: list[str]) -> None:
    """What it does not know ends with exit code 2 and the usage on stderr; a finding is 1, so that programs can tell."""
    answer = call(resource_list(document()), *arguments)
    assert answer.code == 2
    assert answer.stdout == b""
    assert "KRM function" in answer.lines[0]


def test_the_process_does_what_main_does() -> None:
    """The installed command answers with the same bytes, lines and exit codes."""
    for text in (resource_list(document()), resource_list(document({"nonsense": 1})), ""):
        for module in ("modelservice.process", "modelservice.function"):
            answer, expected = process(data=text, module=module), call(text)
            assert (answer.code, answer.stdout, answer.lines) == (expected.code, expected.stdout, expected.lines)
    assert process("--version").stdout == call(b"", "--version").stdout
    assert process("nonsense").code == 2


def test_two_runs_give_the_same_bytes() -> None:
    """Output does not depend on the order of sets, in whatever process."""
    text = resource_list(document(SAMPLES["everything of a role"]), document(SAMPLES["vllm with prefill"], name="other"))
    first, second = (process(data=text, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert first.stdout == second.stdout
    assert first.lines == second.lines
    assert len(first.stdout) > 1000


@pytest.mark.parametrize("sample", ["furiosa", "vllm with prefill", "multinode", "furiosa claims", "tracing", "pvc+hf", "routes"])
def test_the_fast_path_imports_nothing_heavy(sample: str) -> None:
    """Start-up is the product's speed: a right config from kustomize needs no library but yaml12 and deepmerge."""
    program = "import sys; from modelservice.function import main; main(); print(*sys.modules, file=sys.stderr)"
    found = subprocess.run(
        [sys.executable, "-c", program],
        input=resource_list(document(SAMPLES[sample])).encode(),
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    loaded = {name.partition(".")[0] for name in found.stderr.decode().splitlines()[-1].split()}
    heavy = {"ruamel", "jsonschema", "jsonpatch", "typer", "click", "rich", "dataclasses", "inspect", "yaml", "subprocess", "asyncio"}
    assert loaded & heavy == set()
    assert {"modelservice", "yaml12", "deepmerge"} <= loaded


def test_a_reader_that_is_gone_is_no_traceback() -> None:
    """When the orchestrator dies, the function ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-m", "modelservice.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        running.stdin.write(resource_list(document()).encode())
        running.stdin.close()
        assert "Traceback" not in running.stderr.read().decode()


def test_text_of_every_script_comes_through() -> None:
    """Whatever the locale, stdout is UTF-8, and stderr can say what it has to."""
    config = document({"decode": {"podAnnotations": {"size": "größe 中 \U0001f680 \u0085 \u2028"}}, "größer": 1})
    answer = process(data=resource_list(config), LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert answer.code == 1
    assert "gr" in answer.lines[0]
    del config["spec"]["größer"]
    answer = process(data=resource_list(config), LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    annotations = answer.items[1]["spec"]["template"]["metadata"]["annotations"]
    assert annotations == {"size": "größe 中 \U0001f680 \u0085 \u2028"}


# No input is too odd

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5))
KEYS = st.sampled_from(["apiVersion", "kind", "metadata", "name", "namespace", "annotations", PATH, "spec", "data", "presets", "items"])
VALUES = st.sampled_from([API_VERSION, "ModelService", "Overlay", "Validation", "Patches", "ConfigMap", "v1", "List"])
JSON = st.recursive(SCALARS | VALUES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4), max_leaves=8)
PATCHES: Map = {
    "apiVersion": API_VERSION,
    "kind": "Patches",
    "metadata": {"name": "own"},
    "spec": {"patches": [{"target": {"labelSelector": "!a"}, "patch": {"metadata": {"annotations": {"a": "b"}}, "data": {"c": "d"}}}]},
}
RIGHT = st.sampled_from([document(), in_file(document()), CONFIG_MAP, in_file(CONFIG_MAP), PATCHES])


@st.composite
def nearly_right(draw: st.DrawFn) -> Any:
    """Draw a resource, or one with something else in a place of its own."""
    resource: Map = draw(RIGHT)
    if draw(st.booleans()):
        resource = {**resource, draw(KEYS): draw(JSON)}
    return resource


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.none() | nearly_right() | JSON, st.lists(nearly_right() | JSON, max_size=3))
def test_no_resource_list_raises_anything(config: Any, items: list[Any]) -> None:
    """Any JSON as config and items: an answer that is a ResourceList, exit code 0 or 1, and no exception."""
    answer = call(json.dumps({"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": items, "functionConfig": config}))
    failed = any(result["severity"] == "error" for result in answer.results)
    assert answer.code == (1 if failed else 0)
    assert bool([line for line in answer.lines if line.startswith("error: ")]) is failed


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=40) | st.text("kind: ResourceList\n-{}[]&*!|>'\"#%@`\t", max_size=40).map(str.encode))
def test_no_bytes_raise_anything(data: bytes) -> None:
    """Any bytes on stdin are answered."""
    answer = call(data)
    assert (answer.code, answer.items) == (1, [])


def test_half_a_character_is_no_traceback() -> None:
    """JSON can hold halves of surrogate pairs, which no UTF-8 can: that is told, and not raised."""
    config = document({"decode": {"podAnnotations": {"a": "\ud800"}}})
    answer = call(json.dumps({"kind": "ResourceList", "items": [], "functionConfig": config}))
    assert answer.code in (0, 1)
    assert answer.resources["kind"] == "ResourceList"
