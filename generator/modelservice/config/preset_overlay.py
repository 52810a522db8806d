"""What an Overlay says as a preset: its parameters, what it asks of others, and what it says of the spec of a ModelService."""

from __future__ import annotations

import re
from difflib import get_close_matches

from modelservice import data
from modelservice.config import validation
from modelservice.config.presets import HEAD, is_literal, schema_of, wrong
from modelservice.krm import Result
from modelservice.template import CannotComputeError, MissingParameterError, compile_template, references
from modelservice.texts import cut, listed, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Map = dict[str, Any]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
TAKEN = "name"  # what an item of spec.presets calls the preset by
NOT_A_PRESETS = ("profile", "presets", "overlays")  # what decides which presets and overlays there are


def problems(spec: Map, asks: Sequence[str], library: Sequence[str] | None) -> list[Result]:
    """The errors in what the spec of an Overlay, right by its schema, ``asks`` as a preset; see ``overlay.problems``."""
    found = [*_parameter_problems(spec), *_reference_problems(spec)]
    if library is None:
        return found + _unnamed_problems(spec, asks)
    found += _name_problems(spec, [*library, *data.names("overlays", "presets")])
    return found if found else _default_problems(spec)


def _parameter_problems(spec: Map) -> Iterator[Result]:
    """Errors in the names, defaults and choices of parameters."""
    for name, parameter in (spec.get("parameters") or {}).items():
        field = f"spec.parameters.{cut(name)}"
        if not NAME.fullmatch(name):
            yield Result("is no name of a parameter; must be a letter and then letters and digits, as in sizeLimit", field=field)
        elif name == TAKEN:
            yield Result("is what names the preset itself, beside its parameters; call the parameter otherwise", field=field)
        of_type = {"type": parameter["type"]}
        for index, choice in enumerate(parameter.get("enum") or []):
            if not validation.conforms(choice, of_type, of_type):
                yield Result(wrong(choice, of_type), field=f"{field}.enum[{index}]", current=choice)
        schema, default = schema_of(parameter), parameter.get("default")
        if default is None or (not is_literal(default) and parameter["type"] == "string"):
            continue
        if not validation.conforms(default, schema, schema):
            yield Result(wrong(default, schema), field=f"{field}.default", current=default)


def _reference_problems(spec: Map) -> Iterator[Result]:
    """Errors where ``${preset.…}`` is no parameter of the overlay, or one that may be absent where it must not."""
    parameters = spec.get("parameters") or {}
    for key in ("patches", "resources", "defaults"):
        for field, text in _texts(spec.get(key), f"spec.{key}"):
            for path, optional in references(text):
                scope, _, rest = path.partition(".")
                name = rest.partition(".")[0]
                if scope != "preset":
                    continue
                if name not in parameters:
                    yield Result(_undeclared(name, list(parameters)), field=field, current=text)
                elif not optional and parameters[name].get("default", "") is None:
                    message = f"parameter {name} is absent unless it is given (default: null); write ${{{path}?}}"
                    yield Result(message, field=field, current=text)
                elif key == "defaults" and "default" in parameters[name] and not is_literal(parameters[name]["default"] or ""):
                    message = (
                        f"the default of parameter {name} is filled by the service, which is read after defaults; write it without ${{…}}"
                    )
                    yield Result(message, field=field, current=text)


def _undeclared(name: str, known: list[str]) -> str:
    if not known:
        return f"the overlay has no parameter {shown(name)}; declare it under spec.parameters"
    close = get_close_matches(cut(name), known, 1)
    meant = f"did you mean {close[0]}? It declares: " if close else "it declares: "
    return f"the overlay has no parameter {shown(name)}; {meant}{listed(known)}"


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """The texts and keys with references in a part of an overlay, with their places."""
    if isinstance(value, str):
        if "${" in value:
            yield field, value
    elif isinstance(value, dict):
        for key, below in value.items():
            if isinstance(key, str) and "${" in key:
                yield field, key
            yield from _texts(below, f"{field}.{key}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _texts(below, f"{field}[{index}]")


def _unnamed_problems(spec: Map, asks: Sequence[str]) -> list[Result]:
    """Errors in an overlay that applies without being named, and so is given nothing."""
    message = "is for presets, and this overlay is not named as one: put it among the resources, and name it in spec.presets"
    found = [Result(message, field=f"spec.{key}") for key in asks if key != "parameters"]
    message = "has no default, and this overlay applies without being named, where nobody gives a value; give a default"
    return found + [
        Result(message, field=f"spec.parameters.{name}")
        for name, parameter in (spec.get("parameters") or {}).items()
        if "default" not in parameter
    ]


def _name_problems(spec: Map, known: list[str]) -> list[Result]:
    """Errors where a preset is asked for, or refused, that there is not."""
    found = []
    for key in ("require", "exclude"):
        for index, name in enumerate(spec.get(key) or []):
            if name not in known:
                close = get_close_matches(cut(name), known, 1)
                meant = f"did you mean {close[0]}? There are: " if close else "there are: "
                message = f"there is no preset {shown(name)}; {meant}{listed(known)}"
                found.append(Result(message, field=f"spec.{key}[{index}]", current=name))
    return found


def _default_problems(spec: Map) -> list[Result]:
    """Errors in what the overlay says of a spec, as far as they do not depend on the values that its parameters are given."""
    template = spec.get("defaults") or {}
    found = [
        Result("decides which overlays apply, and is not for one of them to say; leave it out", field=f"spec.defaults.{key}")
        for key in NOT_A_PRESETS
        if key in template
    ]
    # a parameter without a value stands for itself, and what is wrong with it then may be right when it is given
    parameters = (spec.get("parameters") or {}).items()
    values = {name: one["default"] if is_literal(one.get("default")) else f"${{preset.{name}}}" for name, one in parameters}
    try:
        filled = compile_template(template)({"preset": values})
    except MissingParameterError as missing:
        message = f"uses ${{{missing.args[0]}}}, which is not there; defaults can use parameters of the preset alone"
        return [*found, Result(message, field="spec.defaults")]
    except CannotComputeError as error:
        is_known = all(is_literal(one.get("default")) for _, one in parameters)
        return [*found, Result(str(error), field="spec.defaults")] if is_known else found
    _, wrong_fields = validation.checked({**HEAD, "spec": filled}, "modelservice")
    for problem in wrong_fields:
        problem.field = f"spec.defaults{problem.field.removeprefix('spec')}"
    return found + [problem for problem in wrong_fields if not (isinstance(problem.current, str) and "${preset." in problem.current)]
