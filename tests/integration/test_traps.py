"""The traps that functions written in Python fall into under kustomize and kpt, one by one, fed to the real process and the real tools."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.integration.folders import KUSTOMIZATION, Map, container, model_service, objects, read, stream, write

from modelservice.krm import parse, parse_all

Run = subprocess.CompletedProcess[bytes]
Build = Callable[[Path], subprocess.CompletedProcess[str]]

TRAPS = 20
KPTFILE = "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: traps\npipeline:\n  mutators:\n  - exec: modelservice-fn\n"
FILE = (
    "    config.kubernetes.io/path: {path}\n    internal.config.kubernetes.io/path: {path}\n    internal.config.kubernetes.io/index: '0'\n"
)


@pytest.fixture
def process(environment: dict[str, str]) -> Callable[..., Run]:
    """Return a function that runs modelservice-fn on an input, with more environment, from anywhere."""

    def process(given: str | bytes, **more: str) -> Run:
        data = given.encode() if isinstance(given, str) else given
        return subprocess.run(["modelservice-fn"], input=data, check=False, capture_output=True, env={**environment, **more}, cwd="/")

    return process


@pytest.fixture
def kpt_files(kpt: Path, environment: dict[str, str], tmp_path: Path) -> Callable[[Mapping[str, str]], dict[str, str]]:
    """Return a function that renders a package of the given files with kpt, which succeeds, and returns its files."""

    def kpt_files(files: Mapping[str, str]) -> dict[str, str]:
        folder = write(tmp_path / "package", {"Kptfile": KPTFILE, **files})
        command = (kpt, "fn", "render", folder, "--allow-exec")
        run = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment, cwd=tmp_path)
        assert run.returncode == 0, run.stderr
        return {name: text.decode() for name, text in read(folder).items()}

    return kpt_files


@pytest.fixture
def kustomize_text(kustomize_build: Build, tmp_path: Path) -> Callable[[Mapping[str, str]], str]:
    """Return a function that builds a kustomization of the given files, which succeeds, and returns what is printed."""

    def kustomize_text(files: Mapping[str, str]) -> str:
        run = kustomize_build(write(tmp_path / "kustomization", files))
        assert run.returncode == 0, run.stderr
        return run.stdout

    return kustomize_text


@pytest.fixture
def kustomize_objects(kustomize_text: Callable[[Mapping[str, str]], str]) -> Callable[[Mapping[str, str]], dict[str, Map]]:
    """Return a function that builds a kustomization of the given files, which succeeds, and returns the objects, read as Go reads them.

    kustomize writes 1e400, which is no number to Go, without quotes.
    """
    return lambda files: {f"{each['kind']}/{each['metadata']['name']}": each for each in parse_all(kustomize_text(files))}


Process = Callable[..., Run]
KptFiles = Callable[[Mapping[str, str]], dict[str, str]]
KustomizeObjects = Callable[[Mapping[str, str]], dict[str, Map]]
GENERATOR = "generators: [modelservice.yaml]\n"

# Text that YAML 1.1 readers, YAML 1.2 readers or go-yaml, which is neither, would each take for something else.
TEXTS = (
    *(
        "1e3",
        "6e8",
        "0123456e7",
        "08",
        "0o14",
        "0X1F",
        "0x1f",
        "1e-5",
        "0e1",
        "1.e5",
        "+.5",
        ".5",
        "-.5",
        "1_000",
        "012",
        "0b11",
        "190:20:30",
    ),
    *("12:30", "on", "off", "yes", "No", "y", "n", "~", "null", "Null", "true", "False", "=", "<<", ".inf", "-.INF", ".nan", "2024-01-01"),
    *(
        "",
        " ",
        " x",
        "x ",
        "a: b",
        "a #b",
        "#",
        "- a",
        "-",
        "? x",
        "*a",
        "&a",
        "!x",
        "%x",
        "@x",
        "`x",
        "{",
        "}",
        "[",
        "|",
        ">",
        "'",
        '"',
        "\\",
    ),
    *(
        "1.10",
        "1e400",
        "12e4567",
        "99999999999999999999",
        "0.1e1",
        "tab\tin",
        "two\nlines",
        "ends\n",
        "\nbegins",
        "é😀",
        "$(VAR)",
    ),
)


def _indented(text: str, by: str) -> str:
    return "".join(by + line for line in text.splitlines(keepends=True))


def request(*items: str, config: str | None = None) -> str:
    """Return a ResourceList of YAML texts."""
    parts = ["apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n", "items:\n" if items else "items: []\n"]
    parts += ["- " + _indented(item, "  ").removeprefix("  ") for item in items]
    return "".join(parts) + (f"functionConfig:\n{_indented(config, '  ')}" if config else "")


def answer(run: Run) -> Map:
    """Return the answer of the process, which is one document, a ResourceList, and nothing else."""
    (document,) = stream(run.stdout.decode("utf-8"))
    assert document["kind"] == "ResourceList"
    assert isinstance(document["items"], list)
    return document


def in_file(text: str, path: str) -> str:
    """Return an object's text as kpt hands it over, from a file; it has annotations."""
    assert text.count("  annotations:\n") == 1
    return text.replace("  annotations:\n", "  annotations:\n" + FILE.format(path=path))


def env_of(workload: Map) -> dict[str, Any]:
    """Return the variables T0, T1, … of the engine."""
    return {each["name"]: each.get("value") for each in container(workload, "engine")["env"] if re.fullmatch(r"T\d+", each["name"])}


def test_01_texts_stay_texts(kpt_files: KptFiles, kustomize_objects: KustomizeObjects) -> None:
    """Trap 1: text that looks like a number to some reader, such as a short git SHA, is the same text after both tools."""
    wanted = {f"T{index}": text for index, text in enumerate(TEXTS)}
    service = json.loads(json.dumps(_parsed(model_service())))
    service["spec"]["decode"]["containers"][0]["env"] = [{"name": name, "value": text} for name, text in wanted.items()]
    text = json.dumps(service, ensure_ascii=False)
    generated = kpt_files({"modelservice.yaml": text + "\n"})["llama.generated.yaml"]
    assert env_of(objects(generated)["Deployment/llama-decode"]) == wanted
    again = kustomize_objects({"generated.yaml": generated, KUSTOMIZATION: "resources: [generated.yaml]\n"})
    assert env_of(again["Deployment/llama-decode"]) == wanted
    direct = kustomize_objects({"modelservice.yaml": text + "\n", KUSTOMIZATION: GENERATOR})
    assert env_of(direct["Deployment/llama-decode"]) == wanted


def test_02_configs_mean_the_same(kpt_files: KptFiles, kustomize_objects: KustomizeObjects) -> None:
    """Trap 2: scalars of a config without quotes mean under kpt, which hands over the user's text, what they mean under kustomize."""
    plain = (
        "1e3 1e-05 1e+30 on off yes No y n 12:30 08 012 0o17 0b11 0x1F 1_000 = <<x .5 1. 1e400 ~ true False null 0755 -0 +1 1.10 190:20:30"
    )
    fields = "".join(f"      f{index}: {text}\n" for index, text in enumerate(plain.split()))
    more = f"extraObjects:\n- apiVersion: example.com/v1\n  kind: Example\n  metadata: {{name: plain}}\n  spec:\n{fields}"
    config = model_service(more=more)
    written = parse_all(kpt_files({"modelservice.yaml": config})["llama.generated.yaml"])
    (generated,) = [each["spec"] for each in written if each["kind"] == "Example"]
    built = kustomize_objects({"modelservice.yaml": config, KUSTOMIZATION: GENERATOR})["Example/plain"]["spec"]
    shown = [{key: (type(value).__name__, value) for key, value in spec.items()} for spec in (generated, built)]
    assert shown[0] == shown[1]
    assert built["f0"] == 1000
    assert built["f3"] == "on"


ANCHORED = (
    model_service("NAME")
    .replace("kind: ModelService", "kind: ModelService # &a")
    .replace("env: [{name: OWN, value: here}]", "env: &a [{name: OWN, value: here}]\n      extraConfig: {env: *a}")
)


def test_03_anchors(process: Process, kpt_files: KptFiles) -> None:
    """Trap 3: an anchor's name may come twice, in two files or in config and item; the output has no anchors, and no aliases."""
    first, second = ANCHORED.replace("NAME", "a"), ANCHORED.replace("NAME", "b")
    files = kpt_files({"a.yaml": first, "b.yaml": second})
    assert (files["a.yaml"], files["b.yaml"]) == (first, second)
    for name in ("a", "b"):
        assert not re.search(r"[&*]\w", files[f"{name}.generated.yaml"])
        assert {"name": "OWN", "value": "here"} in container(
            objects(files[f"{name}.generated.yaml"])[f"Deployment/{name}-decode"], "engine"
        )["env"]
    kptfile = KPTFILE + "    configPath: a.yaml\n"
    assert kpt_files({"a.yaml": first, "b.yaml": second, "Kptfile": kptfile})["a.generated.yaml"] == files["a.generated.yaml"]
    run = process(request(first, config=first))
    assert run.returncode == 0, run.stderr
    assert len(answer(run)["items"]) == 2


def test_04_keys_stay_texts(kpt_files: KptFiles, kustomize_objects: KustomizeObjects) -> None:
    """Trap 4: keys such as on, y and n are text, in what is read and in what is written."""
    keys = ["on", "off", "y", "n", "yes", "no", "true", "null", "1", "1e3", "0x1F"]
    data = "".join(f"    {key}: x\n" for key in keys[:6]) + "".join(f'    "{key}": x\n' for key in keys[6:])
    more = f"extraObjects:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {{name: keys}}\n  data:\n{data}"
    generated = kpt_files({"modelservice.yaml": model_service(more=more)})["llama.generated.yaml"]
    assert objects(generated)["ConfigMap/keys"]["data"] == dict.fromkeys(keys, "x")
    again = kustomize_objects({"generated.yaml": generated, KUSTOMIZATION: "resources: [generated.yaml]\n"})
    assert again["ConfigMap/keys"]["data"] == dict.fromkeys(keys, "x")
    built = kustomize_objects({"modelservice.yaml": model_service(more=more), KUSTOMIZATION: GENERATOR})
    assert built["ConfigMap/keys"]["data"] == dict.fromkeys(keys, "x")


def test_05_nothing_else_on_stdout(process: Process) -> None:
    """Trap 5: stdout has the answer alone, also with all warnings on and without buffers; warnings of ours go elsewhere."""
    config = model_service().replace("furiosa-llm:1.0", "furiosa-llm:latest")
    run = process(request(config, config=config), PYTHONWARNINGS="always", PYTHONDEVMODE="1", PYTHONUNBUFFERED="1")
    assert run.returncode == 0
    assert len(answer(run)["items"]) == 2
    assert b"warning: ModelService llama: " in run.stderr
    in_package = request(in_file(config, "a.yaml"))
    run = process(in_package, PYTHONWARNINGS="always", PYTHONDEVMODE="1", PYTHONUNBUFFERED="1")
    assert run.stdout.startswith(b"apiVersion: ")
    assert answer(run)["items"]


@pytest.mark.parametrize("path", ["", "a.yaml"], ids=["kustomize", "kpt"])
@pytest.mark.parametrize("more", ["", "multinod: true\n"], ids=["done", "failed"])
def test_06_one_document(path: str, more: str, process: Process) -> None:
    """Trap 6: the answer is one document without a `---`, before or behind it, whether it is done or failed."""
    config = model_service(more=more)
    run = process(request(in_file(config, path) if path else config, config=None if path else config))
    assert (run.returncode == 0) == (not more)
    answer(run)
    assert not re.search(rb"^(---|\.\.\.)", run.stdout, re.MULTILINE)


def test_07_items_are_always_there(process: Process) -> None:
    """Trap 7: the answer has `items`, a list, whatever the question had: none, null, an empty list."""
    disabled = "functionConfig:\n" + _indented(model_service(more="enabled: false\n"), "  ")
    for rest in ("", "items:\n", "items: null\nfunctionConfig: null\n", disabled, "items: null\n" + disabled, "items: []\n" + disabled):
        run = process("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n" + rest)
        assert answer(run)["items"] == []


NULLS = {
    "absent": ("", "there is no ModelService"),
    "null": ("functionConfig: null\n", "there is no ModelService"),
    "empty ConfigMap": (
        "functionConfig: {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {}}\n",
        "there is no ModelService",
    ),
    "ConfigMap without data": ("functionConfig: {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n", "there is no ModelService"),
    "a text": ("functionConfig: text\n", "the functionConfig is 'text'"),
    "a list": ("functionConfig: []\n", "the functionConfig is a list"),
    "an empty map": ("functionConfig: {}\n", "there is no ModelService"),
    "without metadata": ("functionConfig: {apiVersion: modelservice.llm-d.ai/v1alpha1, kind: ModelService}\n", "metadata"),
    "null metadata": ("functionConfig: {apiVersion: modelservice.llm-d.ai/v1alpha1, kind: ModelService, metadata: null}\n", "metadata"),
}


@pytest.mark.parametrize(("config", "message"), NULLS.values(), ids=NULLS)
def test_08_any_function_config(config: str, message: str, process: Process) -> None:
    """Trap 8: a functionConfig may be null, absent, empty or anything; that is an error in one line, and the items come back."""
    item = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n"
    run = process(request(item) + config)
    assert run.returncode == 1
    found = answer(run)
    assert [each["metadata"]["name"] for each in found["items"]] == ["own"]
    assert message in found["results"][0]["message"] + found["results"][0].get("field", {}).get("path", "")
    assert b"Traceback" not in run.stderr


def test_08_settings_are_texts(process: Process) -> None:
    """Trap 8: values of a ConfigMap are text, and mean the number, list or truth that they say."""
    settings = 'data: {decode.replicas: "3", multinode: "false", presets: "probes,shm", "decode.containers[0].args": "[--x]"}\n'
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: function-input}\n" + settings
    run = process(request(model_service(), config=config))
    assert run.returncode == 0, run.stderr
    (deployment,) = [each for each in answer(run)["items"] if each["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == 3
    assert "--x" in container(deployment, "engine")["args"]


def test_09_items_of_any_shape(process: Process) -> None:
    """Trap 9: items may lack kind, apiVersion and metadata, or be null, lists or texts; all come back, from files to the byte."""
    odd = [
        "resources:\n- a.yaml # a kustomization\n",
        "null\n",
        "[]\n",
        "text\n",
        "metadata: null\n",
        "kind: [1]\n",
        "metadata:\n  annotations: null\n",
    ]
    run = process(request(*odd, config=model_service()))
    assert run.returncode == 0, run.stderr
    assert answer(run)["items"][: len(odd)] == [parse(text) for text in odd]
    assert len(answer(run)["items"]) == len(odd) + 2
    given = request(*odd, in_file(model_service(), "a.yaml"))
    run = process(given)
    assert run.returncode == 0, run.stderr
    assert run.stdout.decode().startswith(given)


def test_10_annotations_of_other_types(process: Process, kpt_files: KptFiles) -> None:
    """Trap 10: an index that is a number is tolerated, `1.10` stays what it says in what is not ours, and ours is text."""
    odd = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: odd
  labels: {version: 1.10}
  annotations:
    internal.config.kubernetes.io/path: odd.yaml
    internal.config.kubernetes.io/index: 0
    number: 7
    "null": null
"""
    given = request(odd, in_file(model_service(), "a.yaml"))
    run = process(given)
    assert run.returncode == 0, run.stderr
    assert run.stdout.decode().startswith(given)
    for each in answer(run)["items"][2:]:
        assert all(isinstance(value, str) for value in each["metadata"]["annotations"].values())
    service = model_service().replace("size: 20Gi}", 'size: 20Gi, labels: {version: "1.10"}}')
    generated = objects(kpt_files({"modelservice.yaml": service})["llama.generated.yaml"])
    assert generated["Deployment/llama-decode"]["spec"]["template"]["metadata"]["labels"]["version"] == "1.10"


def test_11_annotations_of_the_config(process: Process, kustomize_objects: KustomizeObjects) -> None:
    """Trap 11: nothing generated carries the config's annotations: with local-config on it, kustomize would drop it without a word."""
    config = model_service(annotations="example.com/own: x\n")
    for item in (config, in_file(config, "a.yaml")):
        run = process(request(item, config=item))
        made = [each for each in answer(run)["items"] if each["kind"] in ("ServiceAccount", "Deployment")]
        assert len(made) == 2
        noted = {key for each in made for key in each["metadata"].get("annotations", {})}
        assert not noted & {"config.kubernetes.io/local-config", "config.kubernetes.io/function", "example.com/own"}
    assert len(kustomize_objects({"modelservice.yaml": config, KUSTOMIZATION: GENERATOR})) == 2


def test_12_characters_beyond_the_first_plane(process: Process, kustomize_objects: KustomizeObjects) -> None:
    """Trap 12: an emoji is written as it is; JSON's pairs of escapes are an error to kustomize."""
    config = model_service().replace("value: here", 'value: "a 😀 é 中"')
    run = process(request(config, config=config))
    assert "a 😀 é 中" in run.stdout.decode()
    assert b"\\ud8" not in run.stdout
    built = kustomize_objects({"modelservice.yaml": config, KUSTOMIZATION: GENERATOR})
    assert {"name": "OWN", "value": "a 😀 é 中"} in container(built["Deployment/llama-decode"], "engine")["env"]


@pytest.mark.parametrize(
    "locale",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "LANG": "", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin-1:strict"},
    ],
    ids=["ascii", "C", "latin-1"],
)
def test_13_any_locale(locale: dict[str, str], process: Process) -> None:
    """Trap 13: the bytes are UTF-8 in any locale, in and out; and a failure is told in any locale."""
    config = model_service().replace("value: here", 'value: "é 😀"')
    assert process(request(config, config=config), **locale).stdout == process(request(config, config=config)).stdout
    run = process(request(config=config.replace("value: here", 'vlaue: "é 😀"').replace("decode:", "décode😀:")), **locale)
    assert run.returncode == 1
    assert "décode😀" in answer(run)["results"][0]["message"] + answer(run)["results"][0]["field"]["path"]
    assert run.stderr.startswith(b"error: ModelService llama: spec.")
    assert b"Traceback" not in run.stderr


# What Python imports before anything else, when it is on PYTHONPATH: a mistake of ours.
BROKEN = """\
import modelservice.generate

def generate(*arguments, **more):
    raise KeyError("oh")

modelservice.generate.generate = generate
"""


def test_14_no_traceback(process: Process, kustomize_build: Build, environment: dict[str, str], kpt: Path, tmp_path: Path) -> None:
    """Trap 14: an error that nobody foresaw is a sentence on stderr and a result on stdout, and both tools fail and change nothing."""
    write(tmp_path, {"broken/sitecustomize.py": BROKEN})
    broken = {"PYTHONPATH": str(tmp_path / "broken")}
    run = process(request(model_service(), config=model_service()), **broken)
    assert run.returncode == 1
    assert "KeyError" in answer(run)["results"][0]["message"]
    assert run.stderr.startswith(b"error: ")
    assert run.stderr.count(b"\n") == 1
    package = write(tmp_path / "package", {"Kptfile": KPTFILE, "modelservice.yaml": model_service()})
    before = read(package)
    command = (kpt, "fn", "render", package, "--allow-exec")
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment | broken, cwd=tmp_path)
    assert done.returncode != 0
    assert "KeyError" in done.stderr
    assert read(package) == before


FAILURES = {
    "unknown key": request(config=model_service(more="multinod: true\n")),
    "in a package": request(in_file(model_service(more="multinod: true\n"), "a.yaml")),
    "wrong config": request(config="apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"),
    "wrong validation": request(config="apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: Validation\nmetadata: {name: x}\nspec: 7\n"),
    "no list": "kind: List\nitems: []\n",
    "no YAML": "kind: ResourceList\nitems: [\n",
    "nothing": "",
}


@pytest.mark.parametrize("given", FAILURES.values(), ids=FAILURES)
def test_15_errors_fail(given: str, process: Process) -> None:
    """Trap 15: neither tool looks at severities: with an error among the results, the exit code is 1."""
    run = process(given)
    assert run.returncode == 1
    assert "error" in {result["severity"] for result in answer(run)["results"]}
    assert run.stderr.startswith(b"error: ")


EARLY = {
    "disabled": request("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n", config=model_service(more="enabled: false\n")),
    "failed": request("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n", config=model_service(more="multinod: true\n")),
    "no service": request("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n"),
}


@pytest.mark.parametrize("given", EARLY.values(), ids=EARLY)
def test_16_nobody_loses_items(given: str, process: Process) -> None:
    """Trap 16: empty output with exit code 0 would delete everything: items come back even where there is nothing to do, or an error."""
    run = process(given)
    assert [each["metadata"]["name"] for each in answer(run)["items"]] == ["own"]


def test_16_nothing_is_printed_with_0(process: Process) -> None:
    """Trap 16: whatever comes in, nothing on stdout never goes with exit code 0."""
    for given in (b"", b"\n", b"\xff\xfe", b"null", b"[]", b"---\n---\n", b"{", b"\x00", b"kind: ResourceList"):
        run = process(given)
        assert run.returncode == 1
        assert b"Traceback" not in run.stderr
        answer(run)


def test_17_line_separators_in_text(process: Process, kpt_files: KptFiles) -> None:
    """Trap 17: characters that break lines in YAML 1.1 are escaped in what is written, and the same when it is read (not by kustomize)."""
    text = "a\u0085b\u2028c\u2029d\ufeffe"
    config = model_service().replace("value: here", f"value: {json.dumps(text)}")
    for given in (request(config=config), request(in_file(config, "a.yaml"))):
        made = process(given).stdout.decode()
        assert not re.search("[\u0085\u2028\u2029\ufeff]", made)
        (deployment,) = [each for each in parse(made)["items"] if each["kind"] == "Deployment"]
        assert {"name": "OWN", "value": text} in container(deployment, "engine")["env"]
    generated = kpt_files({"modelservice.yaml": config})["llama.generated.yaml"]
    deployment = parse(generated.partition("---\n")[2])
    assert {"name": "OWN", "value": text} in container(deployment, "engine")["env"]


def test_18_readers_and_writers_that_go(environment: dict[str, str]) -> None:
    """Trap 18: a reader that closes early is no traceback, and neither is an input that ends in the middle."""
    items = [f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{index}\ndata:\n  text: {'x' * 1000}\n" for index in range(300)]
    given = request(*items, config=model_service()).encode()
    command = ["modelservice-fn"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(given)
        process.stdin.close()
        assert process.stderr.read() == b""
    run = subprocess.run(command, input=given[: len(given) // 2] + b"\n  - [", check=False, capture_output=True, env=environment)
    assert run.returncode == 1
    assert b"Traceback" not in run.stderr
    closed = subprocess.run(["sh", "-c", "modelservice-fn <&-"], check=False, capture_output=True, env=environment)
    assert closed.returncode == 1
    assert b"Traceback" not in closed.stderr


def test_19_long_lines_stay_lines(kpt_files: KptFiles) -> None:
    """Trap 19: no line is folded, so that a diff shows what has changed."""
    long = "word " * 400 + "end"
    generated = kpt_files({"modelservice.yaml": model_service().replace("value: here", f"value: {long}")})["llama.generated.yaml"]
    assert f"value: {long}\n" in generated


def test_20_one_start_for_all(kustomize_build: Build, environment: dict[str, str], tmp_path: Path) -> None:
    """Trap 20: a start of Python is what costs: as a transformer, one serves any number of ModelServices."""
    counter = f"#!/bin/sh\necho start >> '{tmp_path}/starts'\nexec modelservice-fn\n"
    write(tmp_path, {"counter": counter})
    (tmp_path / "counter").chmod(0o755)
    names = [f"m{index}" for index in range(20)]
    function = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: fn
  annotations:
    config.kubernetes.io/function: |
      exec: {{path: {tmp_path}/counter}}
"""
    services = "---\n".join(model_service(name) for name in names)
    kustomization = "resources: [services.yaml]\ntransformers: [function.yaml]\n"
    run = kustomize_build(write(tmp_path / "k", {"services.yaml": services, "function.yaml": function, KUSTOMIZATION: kustomization}))
    assert run.returncode == 0, run.stderr
    assert len(objects(run.stdout)) == 2 * len(names)
    assert (tmp_path / "starts").read_text(encoding="utf-8") == "start\n"


def test_every_trap_has_its_test() -> None:
    """The traps are numbered as in the list of what goes wrong in such functions, and none is left out."""
    tests = [(name, value.__doc__ or "") for name, value in globals().items() if re.match(r"test_\d\d_", name)]
    assert {int(name[5:7]) for name, _ in tests} == set(range(1, TRAPS + 1))
    assert all(text.startswith(f"Trap {int(name[5:7])}: ") for name, text in tests)


def _parsed(text: str) -> Any:
    (document,) = stream(text)
    return document
