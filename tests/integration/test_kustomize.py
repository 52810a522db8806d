"""Under the real kustomize: what is generated can be changed as what is written by hand can, and nothing else appears."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.integration.folders import COMPONENT, KUSTOMIZATION, Map, container, model_service, objects, stream, write

Run = subprocess.CompletedProcess[str]
Builder = Callable[[Mapping[str, str]], dict[str, Map]]

CHANGES = """\
namespace: serving
namePrefix: p-
nameSuffix: -s
labels:
- pairs: {team: search}
  includeSelectors: true
commonAnnotations: {owner: search}
replicas:
- {name: llama-decode, count: 7}
images:
- {name: registry.example.com/furiosa-llm, newName: mirror.example.com/furiosa-llm, newTag: "2.0"}
patches:
- path: env.yaml
- target: {kind: Deployment, name: llama-decode}
  patch: |
    - {op: add, path: /spec/template/spec/terminationGracePeriodSeconds, value: 90}
    - {op: replace, path: /spec/template/spec/containers/0/args/0, value: other/model}
"""
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llama-decode}
spec:
  template:
    spec:
      containers:
      - name: engine
        env: [{name: OWN, value: patched}, {name: MORE, value: added}]
        resources: {limits: {memory: 8Gi}}
"""
GENERATORS = "generators: [modelservice.yaml]\n"
MODEL = {"modelservice.yaml": model_service()}
LAYERS = {
    "same layer": {**MODEL, "env.yaml": PATCH, KUSTOMIZATION: GENERATORS + CHANGES},
    "overlay": {
        **{f"base/{path}": text for path, text in MODEL.items()},
        f"base/{KUSTOMIZATION}": GENERATORS,
        "env.yaml": PATCH,
        KUSTOMIZATION: "resources: [base]\n" + CHANGES,
    },
    "component over nested bases": {
        **{f"base/{path}": text for path, text in MODEL.items()},
        f"base/{KUSTOMIZATION}": GENERATORS,
        f"middle/{KUSTOMIZATION}": "resources: [../base]\n",
        "changes/env.yaml": PATCH,
        f"changes/{KUSTOMIZATION}": COMPONENT + CHANGES,
        KUSTOMIZATION: "resources: [middle]\ncomponents: [changes]\n",
    },
}


@pytest.fixture
def build(kustomize_build: Callable[[Path], Run], tmp_path: Path) -> Builder:
    """Return a function that builds a kustomization of the given files, which succeeds in silence."""

    def build(files: Mapping[str, str]) -> dict[str, Map]:
        return _built(kustomize_build(write(tmp_path, files)))

    return build


@pytest.fixture(scope="module", params=LAYERS)
def changed(request: pytest.FixtureRequest, kustomize_build: Callable[[Path], Run], tmp_path_factory: pytest.TempPathFactory) -> Map:
    """Return the Deployment to which kustomize applied all of CHANGES, in the layer that generates it or in a later one."""
    built = _built(kustomize_build(write(tmp_path_factory.mktemp("layers"), LAYERS[request.param])))
    assert set(built) == {"ServiceAccount/p-llama-s", "Deployment/p-llama-decode-s"}
    assert {each["metadata"]["namespace"] for each in built.values()} == {"serving"}
    return built["Deployment/p-llama-decode-s"]


def test_references_follow_names(changed: Map) -> None:
    """The pods use the ServiceAccount under the name that namePrefix and nameSuffix give it."""
    assert changed["spec"]["template"]["spec"]["serviceAccountName"] == "p-llama-s"


def test_labels_reach_selectors_and_pods(changed: Map) -> None:
    """Labels with includeSelectors reach object, selector and pods alike, so that the selector still selects the pods."""
    selector, pod = changed["spec"]["selector"]["matchLabels"], changed["spec"]["template"]["metadata"]["labels"]
    assert changed["metadata"]["labels"]["team"] == selector["team"] == "search"
    assert selector.items() <= pod.items()
    assert selector["llm-d.ai/role"] == "decode"


def test_annotations_reach_pods(changed: Map) -> None:
    """CommonAnnotations reach object and pods."""
    assert changed["metadata"]["annotations"] == changed["spec"]["template"]["metadata"]["annotations"] == {"owner": "search"}


def test_replicas_are_set(changed: Map) -> None:
    """Replicas finds the workload by the name that the function gave it."""
    assert changed["spec"]["replicas"] == 7


def test_images_are_replaced(changed: Map) -> None:
    """Images finds the engine; the routing proxy, another image, stays."""
    assert container(changed, "engine")["image"] == "mirror.example.com/furiosa-llm:2.0"
    (proxy,) = changed["spec"]["template"]["spec"]["initContainers"]
    assert proxy["image"].startswith("ghcr.io/llm-d/")


def test_strategic_merge_patches_merge(changed: Map) -> None:
    """A strategic merge patch changes the variable and the limit that it names, and leaves all else of the container."""
    engine = container(changed, "engine")
    env = {variable["name"]: variable.get("value") for variable in engine["env"]}
    assert (env["OWN"], env["MORE"], env["TP_SIZE"]) == ("patched", "added", "4")
    assert engine["resources"]["limits"] == {"furiosa.ai/rngd": "1", "memory": "8Gi"}
    assert [mount["mountPath"] for mount in engine["volumeMounts"]] == ["/model-cache"]


def test_json_patches_find_their_places(changed: Map) -> None:
    """A JSON 6902 patch adds and replaces by path."""
    assert changed["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 90
    assert container(changed, "engine")["args"][0] == "other/model"


def test_replacements_read_and_write_generated_fields(build: Builder) -> None:
    """Replacements copies the name of a generated ServiceAccount into a generated pod."""
    built = build(
        {
            **MODEL,
            KUSTOMIZATION: GENERATORS
            + """\
replacements:
- source: {kind: ServiceAccount, name: llama, fieldPath: metadata.name}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ["spec.template.spec.containers.[name=engine].env.[name=OWN].value"]
""",
        }
    )
    assert {"name": "OWN", "value": "llama"} in container(built["Deployment/llama-decode"], "engine")["env"]


def test_two_model_services_in_one_build(build: Builder) -> None:
    """Each of two configs becomes its own objects, and no workload selects the other's pods."""
    built = build({"a.yaml": model_service("a"), "b.yaml": model_service("b"), KUSTOMIZATION: "generators: [a.yaml, b.yaml]\n"})
    assert set(built) == {"ServiceAccount/a", "Deployment/a-decode", "ServiceAccount/b", "Deployment/b-decode"}
    first, second = built["Deployment/a-decode"], built["Deployment/b-decode"]
    assert first["spec"]["selector"] != second["spec"]["selector"]


def test_two_documents_in_one_file(build: Builder) -> None:
    """One file may hold several ModelServices."""
    built = build({"all.yaml": model_service("a") + "---\n" + model_service("b"), KUSTOMIZATION: "generators: [all.yaml]\n"})
    assert {"Deployment/a-decode", "Deployment/b-decode"} <= set(built)


BASES = {
    "prefixes": ("", "namePrefix: THIS-\n", "THIS-llama"),
    "names of the resources": ("fullnameOverride: THIS\n", "", "THIS"),
}


@pytest.mark.parametrize(("more", "transformer", "name"), BASES.values(), ids=BASES)
def test_bases_whose_configs_share_a_name(more: str, transformer: str, name: str, build: Builder) -> None:
    """Two bases may name their ModelServices alike where the results differ: no config is among the results, to collide there."""
    base = {"modelservice.yaml": model_service(more=more), KUSTOMIZATION: GENERATORS + transformer}
    files = {f"{own}/{path}": text.replace("THIS", own) for own in ("a", "b") for path, text in base.items()}
    built = build({**files, KUSTOMIZATION: "resources: [a, b]\n"})
    names = [name.replace("THIS", own) for own in ("a", "b")]
    assert set(built) == {f"ServiceAccount/{one}" for one in names} | {f"Deployment/{one}-decode" for one in names}


def test_a_component_that_generates(build: Builder) -> None:
    """A component may hold the generator; the kustomization that lists it renames the results."""
    built = build(
        {
            "model/modelservice.yaml": model_service(),
            f"model/{KUSTOMIZATION}": COMPONENT + GENERATORS,
            KUSTOMIZATION: "components: [model]\nnamePrefix: p-\n",
        }
    )
    assert set(built) == {"ServiceAccount/p-llama", "Deployment/p-llama-decode"}


def test_a_config_that_was_kustomized_itself(build: Builder) -> None:
    """A generator may be a kustomization of configs: what that does to a ModelService counts."""
    built = build(
        {
            "configs/modelservice.yaml": model_service(),
            f"configs/{KUSTOMIZATION}": """\
namePrefix: p-
namespace: serving
resources: [modelservice.yaml]
patches:
- target: {kind: ModelService}
  patch: |
    - {op: add, path: /spec/decode/replicas, value: 3}
""",
            KUSTOMIZATION: "generators: [configs]\n",
        }
    )
    assert set(built) == {"ServiceAccount/p-llama", "Deployment/p-llama-decode"}
    assert built["Deployment/p-llama-decode"]["spec"]["replicas"] == 3
    assert built["Deployment/p-llama-decode"]["metadata"]["namespace"] == "serving"
    assert _traces(built) == []


def test_annotations_of_the_config_stay_there(build: Builder) -> None:
    """No annotation or label of the config reaches an output: with local-config kustomize would drop it."""
    config = model_service(annotations='example.com/own: "1"\n')
    config = config.replace("  annotations:", "  labels: {example.com/own: x}\n  annotations:", 1)
    built = build({"modelservice.yaml": config, KUSTOMIZATION: GENERATORS})
    assert len(built) == 2
    assert _traces(built) == []
    assert [each["metadata"].get("annotations") for each in built.values()] == [None, None]


def test_the_config_is_not_in_the_output(build: Builder) -> None:
    """A ModelService is a config, even where it is listed as a resource too."""
    built = build({**MODEL, KUSTOMIZATION: "resources: [modelservice.yaml]\n" + GENERATORS})
    assert set(built) == {"ServiceAccount/llama", "Deployment/llama-decode"}


def test_a_failure_fails_the_build(kustomize_build: Callable[[Path], Run], tmp_path: Path) -> None:
    """A wrong ModelService fails the build, prints no resource, and the first line says which config, field and cause."""
    wrong = model_service("wrong", more="routing: {servicePort: [1]}\nmultinod: true\n")
    files = {"modelservice.yaml": model_service(), "wrong.yaml": wrong}
    run = kustomize_build(write(tmp_path, {**files, KUSTOMIZATION: "generators: [modelservice.yaml, wrong.yaml]\n"}))
    assert run.returncode != 0
    assert run.stdout == ""
    told = run.stderr.splitlines()
    assert told[0].startswith("error: ModelService wrong: spec.")
    assert any("spec.routing.servicePort" in line for line in told)
    assert any("spec.multinod" in line and "multinode" in line for line in told)
    assert "Traceback" not in run.stderr


def test_a_warning_is_seen(kustomize_build: Callable[[Path], Run], tmp_path: Path) -> None:
    """Nobody sees the results of a function under kustomize, so that warnings go to stderr; the build goes on."""
    text = model_service().replace("furiosa-llm:1.0", "furiosa-llm:latest")
    run = kustomize_build(write(tmp_path, {"modelservice.yaml": text, KUSTOMIZATION: GENERATORS}))
    assert run.returncode == 0
    assert set(objects(run.stdout)) == {"ServiceAccount/llama", "Deployment/llama-decode"}
    (line,) = run.stderr.splitlines()
    assert line.startswith("warning: ModelService llama: spec.decode.containers[0].image: ")


def test_without_enable_exec_nothing_happens(kustomize: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """Without --enable-exec kustomize skips the function in silence: our documents warn of it, and must when that changes."""
    write(tmp_path, {**MODEL, KUSTOMIZATION: GENERATORS})
    command = (kustomize, "build", "--enable-alpha-plugins", tmp_path)
    run = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_without_alpha_plugins_the_build_fails(kustomize: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """Without --enable-alpha-plugins kustomize says that it may not run the function."""
    write(tmp_path, {**MODEL, KUSTOMIZATION: GENERATORS})
    run = subprocess.run((kustomize, "build", tmp_path), check=False, capture_output=True, encoding="utf-8", env=environment)
    assert run.returncode != 0
    assert "external plugins disabled" in run.stderr


def test_as_a_transformer_it_adds_and_keeps(build: Builder) -> None:
    """Listed under transformers, the function adds its resources and hands back all others, with what kustomize notes on them."""
    user = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: user}
spec:
  selector: {matchLabels: {app: user}}
  template:
    metadata: {labels: {app: user}}
    spec:
      containers:
      - name: user
        image: user:1
        envFrom: [{configMapRef: {name: settings}}]
"""
    kustomization = """\
namePrefix: p-
resources: [user.yaml]
configMapGenerator:
- {name: settings, literals: [A=1]}
"""
    files = {**MODEL, "user.yaml": user}
    alone = build({**files, KUSTOMIZATION: kustomization})
    built = build({**files, KUSTOMIZATION: kustomization + "transformers: [modelservice.yaml]\n"})
    assert {name: each for name, each in built.items() if name in alone} == alone
    assert set(built) - set(alone) == {"ServiceAccount/llama", "Deployment/llama-decode"}
    (settings,) = [each["metadata"]["name"] for each in built.values() if each["kind"] == "ConfigMap"]
    assert settings.startswith("p-settings-")
    assert container(built["Deployment/p-user"], "user")["envFrom"] == [{"configMapRef": {"name": settings}}]


def test_disabled_services_generate_nothing(build: Builder) -> None:
    """`enabled: false` leaves a build of other resources as it is."""
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n"
    kustomization = "resources: [own.yaml]\n" + GENERATORS
    built = build({"modelservice.yaml": model_service(more="enabled: false\n"), "own.yaml": config_map, KUSTOMIZATION: kustomization})
    assert set(built) == {"ConfigMap/own"}


def test_two_builds_print_the_same_bytes(kustomize_build: Callable[[Path], Run], tmp_path: Path) -> None:
    """The same input gives the same output to the byte, also in emit order (`sortOptions: fifo`)."""
    files = {**MODEL, KUSTOMIZATION: GENERATORS + "sortOptions: {order: fifo}\n"}
    folder = write(tmp_path, files)
    first, second = kustomize_build(folder).stdout, kustomize_build(folder).stdout
    assert first
    assert first == second
    assert [each["kind"] for each in stream(first)] == ["ServiceAccount", "Deployment"]


def _built(run: Run) -> dict[str, Map]:
    """Return the objects of a build that succeeded in silence."""
    assert (run.returncode, run.stderr) == (0, "")
    return objects(run.stdout)


def _traces(built: dict[str, Map]) -> list[str]:
    """Return the labels and annotations on outputs that are a tool's or the config's own."""
    noted = [key for each in built.values() for place in ("labels", "annotations") for key in each["metadata"].get(place) or {}]
    return [key for key in noted if key.partition("/")[0].endswith((".kubernetes.io", "k8s.io", "example.com")) and "app." not in key]
