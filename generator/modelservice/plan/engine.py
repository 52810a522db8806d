"""The engine's command and arguments, as a container's modelCommand asks (behaviour: Engine command and args)."""

from __future__ import annotations

from modelservice import data
from modelservice.config.rules import rules_of
from modelservice.plan import drain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.plan.problems import Problems

    Map = dict[str, Any]

# modelCommand -> the engine whose serve command it is
SERVE = {"furiosaLLMServe": "furiosa-llm", "vllmServe": "vllm"}
PROFILE_ENGINE = {"furiosa": "furiosa-llm", "furiosa-2026.3": "furiosa-llm", "llm-d": "vllm"}
# engine -> the gauge of the requests that wait for it, in Prometheus
WAITING_METRIC = {"furiosa-llm": "furiosa_llm_num_requests_waiting", "vllm": "vllm:num_requests_waiting"}
# engine -> the flags that say how the model is split, each given when its size is above one
SPLIT_FLAGS = {
    "furiosa-llm": {
        "tensor": "--tensor-parallel-size",
        "data": "--data-parallel-size",
        "pipeline": "--pipeline-parallel-size",
    },
    "vllm": {
        "tensor": "--tensor-parallel-size",
        "data": "--data-parallel-size",
        "dataLocal": "--data-parallel-size-local",
    },
}


def model_command(container: Map) -> str:
    """The container's modelCommand; when it has none, ``custom`` for one that brings a command, else ``imageDefault``."""
    return container.get("modelCommand") or ("custom" if container.get("command") else "imageDefault")


def engine_of(container: Map, profile: str) -> str:
    """The engine that a container runs: of its serve command, else the profile's."""
    return SERVE.get(model_command(container), PROFILE_ENGINE[profile])


def command_and_args(container: Map, service: Map, field: str, problems: Problems) -> Map:
    """``command`` and ``args`` of a container, each only where it has one; every value is text.

    ``service`` has ``profile``, ``model``, ``port``, ``name`` (served model name), ``split`` (sizes) and ``tracing`` (its spec, or None).
    """
    kind = model_command(container)
    user = container.get("args") or []
    if kind == "custom":
        command = container.get("command")
        if not command:
            problems.error(f"{field}.command", "missing; modelCommand custom runs nothing else")
        return {**({"command": command} if command else {}), **({"args": user} if user else {})}
    engine = engine_of(container, service["profile"])
    command = [engine, "serve"] if kind in SERVE else None
    args = [
        *(() if command else ("--model",)),
        service["model"],
        "--port",
        str(service["port"]),
        *_flags(engine, service, problems),
        *user,
    ]
    return {**({"command": command} if command else {}), "args": args}


def compiled_flags(container: Map, facts: Map, compiled: Map) -> Map | None:
    """The flags that tell a container of the compiled part of its model; None where there is none, or its engine takes none."""
    flag = data.document("bases", "engines", f"{facts['engine']}.yaml").get("compiled") if compiled else None
    return {flag: compiled["file"]} if flag and drain.takes_flags(container, facts) else None


def _flags(engine: str, service: Map, problems: Problems) -> list[str]:
    flags = []
    least = 0 if rules_of(service["profile"]).get("everySize") else 1
    for size, flag in SPLIT_FLAGS[engine].items():
        if service["split"][size] > least:
            flags += [flag, str(service["split"][size])]
    if engine == "vllm":
        flags += ["--served-model-name", service["name"]]
        if tracing := service["tracing"]:
            endpoint, detailed = tracing.get("otlpEndpoint"), (tracing.get("vllm") or {}).get("collectDetailedTraces")
            for key, value in (("otlpEndpoint", endpoint), ("vllm.collectDetailedTraces", detailed)):
                if value is None:
                    problems.error(f"spec.tracing.{key}", "missing; tracing needs it")
            flags += ["--otlp-traces-endpoint", str(endpoint), "--collect-detailed-traces", str(detailed)]
    return flags
