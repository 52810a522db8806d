"""What the function does by what it is given: settings in a ConfigMap, Overlays of the package, a Validation, all resources beside it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import API_VERSION, document, overlay
from tests.packages import Map, Run, item, package, service
from tests.test_function import Answer, call, resource_list

PINNED = "decode: {containers: [{name: engine, image: 'e:1', modelCommand: imageDefault, mountModelVolume: true}]}\n"


def config_map(data: Any = None) -> Map:
    """Return what kpt makes of ``-- key=value``."""
    head: Map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "function-input"}}
    return head if data is None else {**head, "data": data}


def deployment(run: Run, name: str = "llama-decode") -> Map:
    """Return the spec of a Deployment."""
    spec: Map = run.package.value("Deployment", name)["spec"]
    return spec


# A ConfigMap with settings


@pytest.mark.parametrize("data", [None, {}])
def test_an_empty_config_map_is_like_none(data: Any) -> None:
    """Kpt eval without arguments sends a ConfigMap without data: the ModelServices are taken as they are."""
    before = package(service(PINNED))
    assert before.run(config_map(data)).package == before.run().package


def test_settings_go_to_every_model_service() -> None:
    """Paths begin in the spec, and values are YAML: numbers, true, lists, text that is quoted, null."""
    data = {
        "decode.replicas": "3",
        "decode.containers[0].image": "other:2",
        "decode.hostIPC": "true",
        "decode.annotations.team\\.example/a": '"7"',
        "decode.nodeSelector": "{pool: a}",
        "decode.monitoring": "null",
        "presets": " shm , hardened,",
    }
    done = package(service(PINNED), service(PINNED, "other")).run(config_map(data))
    assert done.told("error") == []
    for name in ("llama-decode", "other-decode"):
        workload = done.package.value("Deployment", name)
        pod = workload["spec"]["template"]["spec"]
        assert workload["spec"]["replicas"] == 3
        assert workload["metadata"]["annotations"]["team.example/a"] == "7"
        assert (pod["containers"][0]["image"], pod["hostIPC"], pod["nodeSelector"]) == ("other:2", True, {"pool": "a"})
        assert any(volume["name"] == "shm" for volume in pod["volumes"])
        assert pod["securityContext"]["runAsNonRoot"] is True


def test_settings_that_are_no_text_are_taken_as_they_are() -> None:
    """Who writes a functionConfig by hand may write numbers and true."""
    done = package(service(PINNED)).run(config_map({"decode.replicas": 3, "multinode": True, "checks.furiosa-multinode": "off"}))
    assert done.package.value("LeaderWorkerSet")["spec"]["replicas"] == 3


def test_settings_leave_the_model_services_as_they_are_written() -> None:
    """A setting is for this run: the file of the ModelService keeps its text, and a run without it takes it back."""
    before = package(service(PINNED))
    done = before.run(config_map({"decode.replicas": "3"}))
    assert done.package.entries[0] == before.entries[0]
    assert deployment(done.package.run())["replicas"] == 1


def test_presets_are_added_behind_those_of_the_spec() -> None:
    """A preset that the spec names already is there once."""
    spec = PINNED + "presets: [shm]\n"
    once = package(service(spec)).run()
    assert deployment(package(service(spec)).run(config_map({"presets": "shm"}))) == deployment(once)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"decode..replicas": "1"}, "the functionConfig's data does not fit: 'decode..replicas' is no path: a key is missing"),
        ({"decode.containers[5].image": "x"}, "the functionConfig's data does not fit: 'decode.containers[5].image' does not fit"),
        ({"decode.replicas": "[1"}, "the functionConfig's data does not fit: 'decode.replicas=[1': the value is not YAML"),
        ({"": "1"}, "the functionConfig's data does not fit: '=1' is no PATH=VALUE"),
        ("text", "the functionConfig's data is 'text'; must be a map of settings"),
        (["a"], "the functionConfig's data is a list; must be a map of settings"),
        (True, "the functionConfig's data is true; must be a map of settings"),
        (5, "the functionConfig's data is 5; must be a map of settings"),
    ],
)
def test_settings_that_do_not_fit(data: Any, message: str) -> None:
    """One clear error about the functionConfig, and nothing is changed."""
    before = package(service(PINNED))
    done = before.run(config_map(data))
    assert done.package == before
    (error,) = done.told()
    assert error.startswith(f"ConfigMap/function-input : {message}")


@pytest.mark.parametrize(
    ("data", "field"),
    [({"presets": "smh"}, "spec.presets[0]"), ({"decode.replica": "1"}, "spec.decode.replica"), ({"multinode": "maybe"}, "spec.multinode")],
)
def test_settings_that_make_no_sense(data: Map, field: str) -> None:
    """A setting is held against the schema like what is written in a ModelService, and told of each."""
    before = package(service(PINNED), service(PINNED, "other"))
    done = before.run(config_map(data))
    assert done.package == before
    assert [error.partition(": ")[0] for error in done.told()] == [f"ModelService/{name} {field}" for name in ("llama", "other")]


# Overlays among the items


def in_package(document_of_it: Map, path: str = "overlays.yaml") -> str:
    """Return an Overlay as an item of a package."""
    spec, name = document_of_it["spec"], document_of_it["metadata"]["name"]
    return item(f"apiVersion: {API_VERSION}\nkind: Overlay\nmetadata:\n  name: {name} # ours\nspec: {spec!r}\n", path)


def of_pods(name: str, seconds: int, **spec: Any) -> str:
    """Return an Overlay that sets a field of the pods."""
    return in_package(overlay({"target": "pod", "patch": {"spec": {"terminationGracePeriodSeconds": seconds}}}, name=name, **spec))


def seconds_of(run: Run) -> int | None:
    """Return what the Overlay above has set."""
    seconds: int | None = deployment(run)["template"]["spec"].get("terminationGracePeriodSeconds")
    return seconds


def test_a_package_brings_its_own_presets() -> None:
    """An Overlay among the items is a preset by its name, for the spec and for settings; without being named it does nothing."""
    ours = of_pods("ours", 7)
    assert seconds_of(package(ours, service(PINNED)).run()) is None
    assert seconds_of(package(ours, service(PINNED + "presets: [ours]\n")).run()) == 7
    assert seconds_of(package(ours, service(PINNED)).run(config_map({"presets": "ours"}))) == 7
    done = package(ours, service(PINNED + "presets: [ours]\n"))
    assert done.run().package.entries[0] == ours


def test_a_package_with_a_generator_brings_presets_too() -> None:
    """Also where the functionConfig is the ModelService, in kpt and in kustomize."""
    before = package(of_pods("ours", 7), service(PINNED + "presets: [ours]\n"))
    assert seconds_of(before.run(before.value("ModelService"))) == 7
    ours = overlay({"target": "pod", "patch": {"spec": {"terminationGracePeriodSeconds": 7}}}, name="ours")
    answer = call(resource_list(document({"presets": ["ours"]}), ours))
    assert answer.code == 0
    assert answer.items[0] == ours
    assert answer.items[2]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 7


@pytest.mark.parametrize(("profile", "seconds"), [("furiosa", 7), ("llm-d", None)])
def test_an_overlay_that_says_when_applies_by_itself(profile: str, seconds: int | None) -> None:
    """With ``when``, an Overlay of the package is automatic: it applies where its facts hold, below presets and own overlays."""
    spec = f"profile: {profile}\nprefill: {{create: false}}\n{PINNED}"
    automatic = of_pods("auto", 7, when={"profile": "furiosa"})
    assert seconds_of(package(automatic, service(spec)).run()) == seconds
    assert seconds_of(package(automatic, of_pods("named", 8), service(spec + "presets: [named]\n")).run()) == 8


def test_a_preset_of_the_package_goes_before_a_built_in_one() -> None:
    """An Overlay that is called like a built-in preset stands in for it."""
    done = package(of_pods("shm", 7), service(PINNED + "presets: [shm]\n")).run()
    assert seconds_of(done) == 7
    assert all(volume["name"] != "shm" for volume in deployment(done)["template"]["spec"]["volumes"])


def test_an_automatic_overlay_that_is_named_applies_once() -> None:
    """What it adds is there once, although it would apply by itself as well."""
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}-more"}}
    more = in_package(overlay(name="more", when={"profile": "furiosa"}, resources=[thing]))
    for spec in (PINNED, PINNED + "presets: [more]\n"):
        done = package(more, service(spec)).run()
        assert done.told("error") == []
        assert done.package.kinds("llama").count("ConfigMap") == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (overlay({"target": "pods", "patch": {}}), "spec.patches[0].target"),
        (overlay({"target": "pod"}), "spec.patches[0].patch"),
        (overlay(when={"profil": "furiosa"}), "spec.when.profil"),
        (overlay(nonsense=1), "spec.nonsense"),
    ],
)
def test_a_wrong_overlay_is_an_error_about_the_overlay(wrong: Map, field: str) -> None:
    """The result is about the Overlay and its field, whether or not anything names it, and nothing is changed."""
    before = package(in_package(wrong), service(PINNED))
    done = before.run()
    assert done.package == before
    (error,) = done.told()
    assert error.startswith(f"Overlay/own {field}: ")


def test_two_overlays_of_one_name_are_an_error() -> None:
    """Which of them is meant would be a guess."""
    before = package(of_pods("ours", 7), of_pods("ours", 8), service(PINNED + "presets: [ours]\n"))
    done = before.run()
    assert done.package == before
    assert done.told() == ["Overlay/ours metadata.name: another Overlay is called so, too; a preset is asked for by its name"]


def test_a_preset_that_is_not_there_lists_those_of_the_package() -> None:
    """The message has the built-in presets and those that the package brings."""
    (error,) = package(of_pods("ours", 7), service(PINNED + "presets: [our]\n")).run().told()
    assert error.startswith("ModelService/llama spec.presets[0]: there is no preset 'our'; ")
    assert "There are: ours, aws-efa, " in error


# All resources of the package

POOL = """\
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata:
  name: pool # by hand
spec:
  selector: {matchLabels: {llm-d.ai/inferenceServing: "true"}}
  targetPorts: [{number: 8001}]
"""
WRONG_PORT = "InferencePool/pool spec.targetPorts[0].number: is 8001, and the pods of Deployment llama-decode serve 8000, 8200"


@pytest.mark.parametrize("generator", [True, False])
def test_a_pool_with_a_port_off_by_one_stops_the_run(generator: bool) -> None:
    """Both numbers are named, the result is about the pool, and with an error the package stays as it is."""
    before = package(item(POOL, "pool.yaml"), service(PINNED))
    done = before.run(before.value("ModelService") if generator else None)
    assert done.told() == [WRONG_PORT]
    assert done.package == before
    (result,) = done.results
    assert result["severity"] == "error"
    assert result["resourceRef"]["kind"] == "InferencePool"
    assert result["field"] == {"path": "spec.targetPorts[0].number", "currentValue": 8001}
    assert result["tags"] == {"check": "inference-pool"}


def test_kustomize_sees_the_pool_too() -> None:
    """As a transformer, the function sees the resources of a build; what is missing there may come later, and is not told."""
    pool = package(item(POOL, "pool.yaml")).values[0]
    del pool["metadata"]["annotations"]
    right = {
        **pool,
        "spec": {**pool["spec"], "targetPorts": [{"number": 8000}], "endpointPickerRef": {"name": "none", "port": {"number": 9002}}},
    }
    spec = {
        "decode": {"containers": [{"name": "engine", "image": "e:1", "modelCommand": "imageDefault"}]},
        "modelArtifacts": {"authSecretName": "none"},
    }
    answer = call(resource_list(None, document(spec), pool))
    assert answer.code == 1
    assert answer.lines == [f"error: {WRONG_PORT.replace('/', ' ', 1).replace('pool spec', 'pool: spec')} [inference-pool]"]
    assert answer.items == [document(spec), pool]
    assert call(resource_list(None, document(spec), right)).results == []


@pytest.mark.parametrize(("severity", "told"), [("warning", True), ("info", True), ("off", False)])
def test_a_model_service_says_how_serious_a_check_is(severity: str, told: bool) -> None:
    """spec.checks counts for checks of all resources as well: less than an error lets the objects through."""
    done = package(item(POOL, "pool.yaml"), service(PINNED + f"checks: {{inference-pool: '{severity}'}}\n")).run()
    assert done.told(severity) == ([WRONG_PORT] if told else [])
    assert done.told("error") == []
    assert "Deployment" in done.package.kinds()


def test_what_is_not_there_is_told_unless_it_is_external() -> None:
    """In a package everything can be seen, so that a Secret that nobody has is told; external says it is in the cluster."""
    artifacts = {"name": "meta/llama-8b", "authSecretName": "hf"}
    with_secret = {
        "decode": {"containers": [{"name": "engine", "image": "e:1", "modelCommand": "imageDefault"}]},
        "modelArtifacts": artifacts,
    }
    (warning,) = package(service(with_secret)).run().told()
    assert warning.startswith("Deployment/llama-decode spec.template.spec.containers[0].env[")
    assert "there is no Secret hf here; add it, or declare it: external: [Secret/hf]" in warning
    assert package(service({**with_secret, "external": ["Secret/hf"]})).run().told() == []
    there = item("apiVersion: v1\nkind: Secret\nmetadata:\n  name: hf\n", "secret.yaml")
    assert package(service(with_secret), there).run().told() == []


# A Validation


def validation(spec: Any = None) -> Map:
    """Return the config of the function as a validator."""
    head: Map = {"apiVersion": API_VERSION, "kind": "Validation", "metadata": {"name": "look"}}
    return head if spec is None else {**head, "spec": spec}


SERVICE: Map = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "svc"},
    "spec": {"selector": {"app": "none"}, "ports": [{"port": 80}]},
}
LONG: Map = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x" * 64}, "spec": {"ports": [{"port": 80}]}}


def told(answer: Answer) -> list[tuple[str, str]]:
    """Return check and severity of each result."""
    return [(one["tags"]["check"], one["severity"]) for one in answer.results]


def test_a_validator_of_kustomize_answers_without_items() -> None:
    """Kustomize refuses a validator that echoes the items; the findings are on stderr, and an error is exit code 1."""
    answer = call(resource_list(validation(), SERVICE))
    assert (answer.code, answer.items, told(answer)) == (0, [], [("service-selector", "warning")])
    assert answer.lines == ["warning: Service svc: spec.selector: selects no pods: app=none [service-selector]"]
    answer = call(resource_list(validation(), SERVICE, LONG, validation()))
    assert (answer.code, answer.items) == (1, [])
    assert told(answer) == [("kubernetes-fields", "error"), ("service-selector", "warning")]
    assert answer.lines[0].startswith("error: Service xxx")
    assert call(resource_list(validation())).results == []


def test_a_validator_generates_nothing() -> None:
    """ModelServices among the items are resources like others."""
    answer = call(resource_list(validation(), document(), SERVICE))
    assert told(answer) == [("service-selector", "warning")]


def test_a_validator_of_kpt_leaves_every_letter() -> None:
    """Items come back as they were written, also with an error."""
    theirs = "apiVersion: v1\nkind: Service # mine\nmetadata:\n  name: svc\nspec: {selector: {app:  none}, ports: [{port: 80}]}\n"
    before = package(item(theirs, "a.yaml"), service(PINNED))
    done = before.run(validation())
    assert done.package == before
    assert done.told() == ["Service/svc spec.selector: selects no pods: app=none"]
    broken = before.plus(item(f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {'x' * 64}\nspec: {{ports: [{{port: 80}}]}}\n", "b.yaml"))
    assert broken.run(validation()).package == broken
    assert len(broken.run(validation()).told("error")) == 1


@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_a_validation_says_how_serious_a_check_is(severity: str) -> None:
    """Its checks are a ModelService's; off is silence."""
    answer = call(resource_list(validation({"checks": {"service-selector": severity}}), SERVICE))
    assert told(answer) == [("service-selector", severity)]
    assert answer.code == (1 if severity == "error" else 0)
    assert told(call(resource_list(validation({"checks": {"service-selector": "off"}}), SERVICE))) == []


def test_a_validation_knows_what_is_external() -> None:
    """A validator sees all resources: what is not there is told, unless it, or a ModelService beside it, calls it external."""
    pod = {"imagePullSecrets": [{"name": "pull"}], "containers": [{"name": "c", "image": "c:1"}]}
    workload = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "d"}, "spec": pod}
    assert told(call(resource_list(validation(), workload))) == [("references", "warning")]
    for external in (["Secret/pull"], ["Secret/*"]):
        assert told(call(resource_list(validation({"external": external}), workload))) == []
        assert told(call(resource_list(validation(), workload, document({"external": external})))) == []
    for nonsense in (5, "Secret/pull", [5], None):
        assert told(call(resource_list(validation(), workload, document({"external": nonsense})))) == [("references", "warning")]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"multinode": True}, "spec.multinode"),
        ({"check": {}}, "spec.check"),
        ({"checks": {"service-selectors": "off"}}, "spec.checks.service-selectors"),
        ({"checks": {"service-selector": "loud"}}, "spec.checks.service-selector"),
        ({"external": ["pull"]}, "spec.external[0]"),
        ("text", "spec"),
    ],
)
def test_a_wrong_validation_is_an_error_about_it(spec: Any, field: str) -> None:
    """The Validation is named with its field, nothing is looked at, and the items of a package stay."""
    answer = call(resource_list(validation(spec), SERVICE))
    assert (answer.code, answer.items) == (1, [])
    assert len(answer.results) == 1
    assert answer.lines[0].startswith(f"error: Validation look: {field}: ")
    before = package(service(PINNED))
    assert before.run(validation(spec)).package == before
