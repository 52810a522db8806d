"""Templated text: ``{{ .Values.a.b }}`` in exactly the fields that the charts template (specification: Templated text)."""

from __future__ import annotations

import re

from modelservice.krm import Result
from modelservice.texts import as_text, cut, whole_number
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Map = dict[str, Any]

STRING = r'"(?:\\.|[^"\\])*"'
END = re.compile(rf"{STRING}|\}}\}}|\"")  # of an action: the first that is in no string; or the beginning of a string that does not end
PART = re.compile(rf"{STRING}|[^|\"]+|\|")
REFERENCE = re.compile(r"\.(?:Values|Release)(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
FUNCTION = re.compile(rf"(?P<name>\w+)(?:\s+(?P<argument>{STRING}|[0-9]+))?")
BLANKS = " \t\r\n"  # that {{- and -}} take away
LONGEST_PIPE = 20  # functions of one template
MOST = 10_000_000  # characters that the templates of one config may make
TEXTS = ("labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData")  # maps whose values are texts, whatever the key
SUPPORTED = '{{ .Values.… }} or {{ .Release.Name|Namespace }}, with | default "x", | quote, | lower, | upper, | trunc N or | trimSuffix "s"'


class TemplateError(ValueError):
    """A template that cannot be expanded; the message says why."""


def expand(spec: Map, context: Map) -> tuple[Map, list[Result]]:
    """``spec`` with its templated fields expanded from ``context`` (``Values`` and ``Release``), and an error for each that cannot be."""
    expander = _Expander(context)
    spec = dict(spec)
    _expand_key(spec, "extraObjects", "spec", expander)
    _expand_key(spec, "extraConfig", "spec", expander)
    if isinstance(spec.get("modelArtifacts"), dict):
        spec["modelArtifacts"] = dict(spec["modelArtifacts"])
        _expand_key(spec["modelArtifacts"], "uri", "spec.modelArtifacts", expander)
    _expand_engine(spec, "spec", expander)
    for name in ROLES:
        if isinstance(spec.get(name), dict):
            role = spec[name] = dict(spec[name])
            _expand_key(role, "extraConfig", f"spec.{name}", expander)
            _expand_engine(role, f"spec.{name}", expander)
            given = role.get("containers")
            if not given:
                role.pop("containers", None)
            elif isinstance(given, list):  # values of a chart may have anything there, which is told later
                role["containers"] = [
                    _expand_container(container, f"spec.{name}.containers[{index}]", expander) if isinstance(container, dict) else container
                    for index, container in enumerate(given)
                ]
    return spec, expander.problems


def _expand_engine(fields: Map, path: str, expander: _Expander) -> None:
    if isinstance(fields.get("engine"), dict):
        fields["engine"] = _expand_container(fields["engine"], f"{path}.engine", expander)


def expand_container(container: Map, context: Map) -> Map:
    """``container`` with its templated fields expanded, as in ``expand``; what cannot be is told there."""
    return _expand_container(container, "", _Expander(context))


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
        self.left = MOST

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
        literals, values = [""], []
        trim, position = False, 0
        while (begin := text.find("{{", position)) >= 0:
            end = _end(text, begin + 2)
            trim_before, body, trim_after = _trimmed(text[begin + 2 : end])
            literals[-1] = _literal(text[position:begin], trim, trim_before)
            values.append(self._made(self._pipeline(body)))
            literals.append("")
            trim, position = trim_after, end + 2
        literals[-1] = _literal(text[position:], trim, False)
        expanded = literals[0] + "".join(value + literal for value, literal in zip(values, literals[1:], strict=True))
        lone = port and len(values) == 1 and not "".join(literals).strip()
        number = whole_number(expanded.strip()) if lone else None
        return expanded if number is None else number

    def _made(self, text: str) -> str:
        """``text``, if the templates may make as much together."""
        self.left -= len(self._within_limit(text))
        return text

    def _within_limit(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > self.left:
            raise TemplateError(f"makes the config larger than {MOST // 1_000_000} MB, with the templates before it")
        return value

    def _pipeline(self, body: str) -> str:
        reference, *functions = _parts(body)
        if not REFERENCE.fullmatch(reference) or len(functions) > LONGEST_PIPE:
            raise TemplateError(f"has the template {{{{ {cut(body)} }}}}, which is not supported; supported: {SUPPORTED}")
        value = self._look_up(reference)
        for function in functions:
            value = self._within_limit(_apply(function, value, body))
        if value is None:
            raise TemplateError(f'refers to {cut(reference)}, which is not set; set it, or give a default: | default "…"')
        if isinstance(value, (dict, list)):
            raise TemplateError(f"refers to {cut(reference)}, which is not a single value")
        return as_text(value)

    def _look_up(self, reference: str) -> Any:
        value: Any = self.context
        for key in reference[1:].split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value


def _end(text: str, begin: int) -> int:
    """Where the action that begins before ``begin`` ends."""
    while match := END.search(text, begin):
        if match[0] == "}}":
            return match.start()
        if match[0] == '"':
            break
        begin = match.end()
    raise TemplateError(f"has a template that does not end; supported: {SUPPORTED}")


def _trimmed(action: str) -> tuple[bool, str, bool]:
    """Whether an action takes the blanks before it away, what it says, and whether it takes those behind it away."""
    before = action.startswith("-")
    action = action[before:]
    after = action.endswith("-")
    return before, action[: len(action) - after].strip(), after


def _literal(text: str, trim_start: bool, trim_end: bool) -> str:
    text = text.lstrip(BLANKS) if trim_start else text
    return text.rstrip(BLANKS) if trim_end else text


def _parts(body: str) -> list[str]:
    """What stands between the pipes of an action, save those in strings."""
    parts = [""]
    for part in PART.findall(body):
        if part == "|":
            parts.append("")
        else:
            parts[-1] += part
    return [part.strip() for part in parts]


def is_port(key: str, parent: str) -> bool:
    """Whether a field is a port, where the API server refuses text that is only digits."""
    return parent not in TEXTS and (key.lower().endswith("port") or (key == "number" and parent.lower().endswith("ports")))


def _apply(function: str, value: Any, body: str) -> Any:
    match = FUNCTION.fullmatch(function)
    name, argument = (match["name"], match["argument"]) if match else ("", None)
    if argument and argument.startswith('"'):
        argument = re.sub(r"\\(.)", r"\1", argument[1:-1])
    if name == "default" and argument is not None:
        return value if value not in (None, "", False, 0) else argument
    operation = FUNCTIONS.get(name)
    if operation is None or (argument is None) is operation[1] or (name == "trunc" and whole_number(argument or "") is None):
        raise TemplateError(f"has the template {{{{ {cut(body)} }}}}, which is not supported; supported: {SUPPORTED}")
    return None if value is None else operation[0](as_text(value), argument or "")


# name -> what it does with text and argument, and whether it takes an argument
FUNCTIONS: dict[str, tuple[Callable[[str, str], str], bool]] = {
    "quote": (lambda text, _: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"', False),
    "lower": (lambda text, _: text.lower(), False),
    "upper": (lambda text, _: text.upper(), False),
    "trunc": (lambda text, count: text[: whole_number(count)], True),
    "trimSuffix": (lambda text, suffix: text.removesuffix(suffix), True),
}
