"""Templated text: ``{{ .Values.a.b }}`` in exactly the fields that the charts template (behaviour: Templated text)."""

from __future__ import annotations

import re

from modelservice.krm import Result
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Map = dict[str, Any]

ACTION = re.compile(
    r"(?P<before>\s*)\{\{(?P<trim>-?)(?P<body>(?:\"(?:\\.|[^\"\\])*\"|[^\"}]|\}(?!\}))*?)(?P<trim_after>-?)\}\}(?P<after>\s*)"
)
REFERENCE = re.compile(r"\.(?:Values|Release)(?:\.[A-Za-z_][A-Za-z0-9_]*)+$")
PIPE = re.compile(r"\s*\|\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")
FUNCTION = re.compile(r'(?P<name>\w+)(?:\s+(?P<argument>"(?:\\.|[^"\\])*"|\d+))?$')
SUPPORTED = '{{ .Values.… }} or {{ .Release.Name|Namespace }}, with | default "x", | quote, | lower, | upper, | trunc N or | trimSuffix "s"'


class TemplateError(ValueError):
    """A template that cannot be expanded; the message says why."""


def expand(spec: Map, context: Map) -> tuple[Map, list[Result]]:
    """``spec`` with its templated fields expanded from ``context`` (``Values`` and ``Release``), and an error for each that cannot be."""
    expander = _Expander(context)
    spec = dict(spec)
    _expand_key(spec, "extraObjects", "spec", expander)
    if isinstance(spec.get("modelArtifacts"), dict):
        spec["modelArtifacts"] = dict(spec["modelArtifacts"])
        _expand_key(spec["modelArtifacts"], "uri", "spec.modelArtifacts", expander)
    for name in ROLES:
        if isinstance(spec.get(name), dict):
            role = spec[name] = dict(spec[name])
            _expand_key(role, "extraConfig", f"spec.{name}", expander)
            role["containers"] = [
                _expand_container(container, f"spec.{name}.containers[{index}]", expander)
                for index, container in enumerate(role.get("containers") or [])
            ]
            if not role["containers"]:
                del role["containers"]
    return spec, expander.problems


def _expand_container(container: Map, path: str, expander: _Expander) -> Map:
    container = dict(container)
    for key in ("env", "ports", "extraConfig"):
        _expand_key(container, key, path, expander)
    return container


def _expand_key(fields: Map, key: str, path: str, expander: _Expander) -> None:
    if fields.get(key) is not None:
        fields[key] = expander.value(fields[key], f"{path}.{key}", key)


class _Expander:
    """Expands values, and keeps an error for each text that it cannot expand."""

    def __init__(self, context: Map) -> None:
        self.context = context
        self.problems: list[Result] = []

    def value(self, value: Any, path: str, key: str, parent: str = "") -> Any:
        if isinstance(value, dict):
            return {k: self.value(v, f"{path}.{k}", k, key) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(item, f"{path}[{index}]", key, parent) for index, item in enumerate(value)]
        if isinstance(value, str) and "{{" in value:
            try:
                return self.text(value, is_port(key, parent))
            except TemplateError as error:
                self.problems.append(Result(str(error), field=path, current=value))
        return value

    def text(self, text: str, port: bool) -> Any:
        lone = ACTION.fullmatch(text.strip())
        expanded = ACTION.sub(self._action, text)
        if "{{" in ACTION.sub("\0", text):
            raise TemplateError(f"has a template that does not end; supported: {SUPPORTED}")
        return int(expanded) if port and lone and expanded.strip().isdigit() else expanded

    def _action(self, match: re.Match[str]) -> str:
        before = "" if match["trim"] else match["before"]
        after = "" if match["trim_after"] else match["after"]
        return before + self._pipeline(match["body"].strip()) + after

    def _pipeline(self, body: str) -> str:
        reference, *functions = PIPE.split(body)
        if not REFERENCE.match(reference.strip()):
            raise TemplateError(f"has the template {{{{ {body} }}}}, which is not supported; supported: {SUPPORTED}")
        value = self._look_up(reference.strip())
        for function in functions:
            value = _apply(function.strip(), value, body)
        if value is None:
            raise TemplateError(f'refers to {reference.strip()}, which is not set; set it, or give a default: | default "…"')
        if isinstance(value, (dict, list)):
            raise TemplateError(f"refers to {reference.strip()}, which is not a single value")
        return _text(value)

    def _look_up(self, reference: str) -> Any:
        value: Any = self.context
        for key in reference[1:].split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value


def is_port(key: str, parent: str) -> bool:
    """Whether a field is a port, where the API server refuses text that is only digits."""
    return key.lower().endswith("port") or (key == "number" and parent.lower().endswith("ports"))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _apply(function: str, value: Any, body: str) -> Any:
    match = FUNCTION.match(function)
    name, argument = (match["name"], match["argument"]) if match else ("", None)
    if argument and argument.startswith('"'):
        argument = re.sub(r"\\(.)", r"\1", argument[1:-1])
    if name == "default" and argument is not None:
        return value if value not in (None, "", False, 0) else argument
    operation = FUNCTIONS.get(name)
    if operation is None or (argument is None) is operation[1]:
        raise TemplateError(f"has the template {{{{ {body} }}}}, which is not supported; supported: {SUPPORTED}")
    return None if value is None else operation[0](_text(value), argument or "")


# name -> what it does with text and argument, and whether it takes an argument
FUNCTIONS: dict[str, tuple[Callable[[str, str], str], bool]] = {
    "quote": (lambda text, _: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"', False),
    "lower": (lambda text, _: text.lower(), False),
    "upper": (lambda text, _: text.upper(), False),
    "trunc": (lambda text, count: text[: int(count)], True),
    "trimSuffix": (lambda text, suffix: text.removesuffix(suffix), True),
}
