"""modelservice explain: what a field of a ModelService means; and which layer set each value of what is generated."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelservice.cli.answers import Answer, Output, OutputOption, dimmed, give
from modelservice.cli.packages import ENDINGS
from modelservice.cli.services import Given, LayerOption, OverlayOption, PresetOption, ProfileOption, SetOption, generate_from
from modelservice.kubernetes.names import metadata_of, reference_to
from modelservice.texts import cut, listed
from modelservice.workloads import DISAGGREGATED_SET, KINDS, ROLES

if TYPE_CHECKING:
    from modelservice.cli.origins import Layer, Origins
    from modelservice.origin.history import Value

Map = dict[str, Any]

ORIGIN = 56  # columns for where a value is from
WIDEST = (32, 72)  # columns of YAML in front of that, on a small terminal and on a large one


def explain(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FIELD | FILE… OBJECT [PATH]",
            help="A field, as in decode.engine.flags; or files, an object of theirs (decode, prefill, encode, KIND/NAME) and a path in it.",
        ),
    ] = None,
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Say what a field of a ModelService means, or where the values of an object come from, and what they replaced.

    explain decode.engine.flags; explain llama.yaml decode 'spec.template.spec.containers[0]'; explain llama.yaml Deployment/llama-decode.
    """
    given = arguments or []
    files = _files(given)
    if files:
        target = given[len(files) :]
        if len(target) > 2:
            raise typer.BadParameter(f"{cut(target[2])}: there is no such file; FILE… come first, then one OBJECT and one PATH")
        give(_history(Given.of(files, layer, overlay, profile, preset, assignments), target), output)
    if any((layer, preset, overlay, profile, assignments)):
        raise typer.BadParameter("options that change ModelServices go with FILE… OBJECT")
    if len(given) > 1 or (given and ("/" in given[0] or given[0].endswith(ENDINGS))):
        raise typer.BadParameter(f"{cut(given[0])}: there is no such file")
    from modelservice.cli.vocabulary import field_answer  # noqa: PLC0415

    give(field_answer(given[0] if given else ""), output)


def _files(arguments: Sequence[str]) -> list[str]:
    """The files and folders that come first; what is called as a role is the role."""
    count = 0
    while count < len(arguments) and arguments[count] not in ROLES and (arguments[count] == "-" or os.path.exists(arguments[count])):
        count += 1
    return [*arguments[:count]]


def _history(given: Given, target: Sequence[str]) -> Answer:
    from modelservice.cli.origins import Origins  # noqa: PLC0415

    generated = generate_from(given)
    generated.stop_at_errors()
    objects = generated.objects
    origins = Origins(generated)
    chosen, rest = _chosen(objects, origins, target)
    path = ".".join(filter(None, (rest, *target[1:2])))
    found = [(obj, steps) for obj in chosen if (steps := _steps(obj, path, needed=len(chosen) == 1)) is not None]
    if not found:
        _steps(chosen[0], path, needed=True)
    data = []
    texts = []
    for obj, steps in found:
        values = [*origins.values(obj, steps)]
        data.append(
            {"object": reference_to(obj), "namespace": metadata_of(obj).get("namespace"), "values": [_data(*one) for one in values]}
        )
        texts.append("\n".join([f"# {reference_to(obj)}", *_lines(obj, steps, values)]))
    return Answer(data, "\n\n".join(texts))


def _chosen(objects: list[Map], origins: Origins, target: Sequence[str]) -> tuple[list[Map], str]:
    """The objects that are asked for, several where several services have one, and the path behind a slash."""
    there = [*sorted({role.name for service in origins.services for role in service.plan.roles}), *map(reference_to, objects)]
    if not target:
        raise typer.BadParameter(f"name an OBJECT: {listed(there) or 'there is none'}")
    asked = target[0]
    parts = asked.split("/")
    if parts[0] in ROLES:
        chosen = [obj for obj in objects if obj.get("kind") in KINDS and origins.role_of(obj) == parts[0]]
        chosen += [
            obj for obj in objects if obj.get("kind") == DISAGGREGATED_SET and parts[0] in [one["name"] for one in obj["spec"]["roles"]]
        ]
        rest = "/".join(parts[1:])
    else:
        wanted = "/".join(parts[:2]).lower()
        chosen = [obj for obj in objects if reference_to(obj).lower() == wanted]
        rest = "/".join(parts[2:])
    if chosen:
        return chosen, rest
    from difflib import get_close_matches  # only for a mistake  # noqa: PLC0415

    close = get_close_matches(asked, there, 1, 0.5)
    meant = f"did you mean {close[0]}? There are" if close else "there are"
    raise typer.BadParameter(f"there is no object {cut(asked)}; {meant}: {listed(there) or 'none'}")


def _steps(obj: Map, path: str, *, needed: bool) -> list[str | int] | None:
    """The steps of a path in an object; None, or where it is ``needed`` the end of the command, where it leads nowhere."""
    from modelservice.origin.paths import PathError, resolved  # noqa: PLC0415

    try:
        return resolved(obj, path)
    except PathError as error:
        if not needed:
            return None
        raise typer.BadParameter(f"{reference_to(obj)}: {error}") from None


def _data(value: Value, layers: Sequence[Layer]) -> Map:
    from modelservice.origin.paths import written  # noqa: PLC0415

    *replaced, last = layers
    return {
        "path": written(value.path).removeprefix("."),
        "value": value.value,
        "setBy": last.data(),
        "replaced": [one.data() for one in reversed(replaced)],
    }


def _lines(obj: Map, steps: Sequence[str | int], values: Sequence[tuple[Value, list[Layer]]]) -> Iterator[str]:
    """The YAML at a path, and behind each value where it is from, with what it replaced below."""
    from modelservice.cli.origins import by_places  # noqa: PLC0415
    from modelservice.krm import write_lines  # noqa: PLC0415
    from modelservice.origin import paths  # noqa: PLC0415

    inner = paths.at(obj, steps)
    lines = write_lines(inner)
    head = paths.written(paths.keyed(obj, steps)).removeprefix(".")
    is_leaf = not isinstance(inner, dict | list) or not inner
    if is_leaf:
        first, newline, more = lines[0][0].partition("\n")
        lines = [(f"{head}: {first}{newline}{more}", lines[0][1])]
    elif head:
        yield f"{head}:"
    indent = "" if is_leaf or not head else "  "
    by_path = by_places(obj, values)
    shown = [(f"{indent}{line}".replace("\n", f"\n{indent}"), None if held is None else by_path[(*steps, *held)]) for line, held in lines]
    longest = [len(line.partition("\n")[0]) for line, layers in shown if layers]
    widest = sorted((*WIDEST, shutil.get_terminal_size((100, 40)).columns - ORIGIN))[1]
    column = max((length for length in longest if length <= widest), default=2)
    for line, layers in shown:
        yield from [line] if layers is None else _with_layers(line, layers, column)


def _with_layers(line: str, layers: Sequence[Layer], column: int) -> Iterator[str]:
    *replaced, last = layers
    first, newline, more = line.partition("\n")
    text = _comment(last.text())
    yield f"{first:{column}}  {text}{newline}{more}" if len(first) <= column else f"{first}{newline}{more}\n{'':{column}}  {text}"
    for one in reversed(replaced):
        yield f"{'':{column}}  {_comment(f'  over {one.said()}, {one.text()}')}"


def _comment(text: str) -> str:
    return dimmed(f"# {text}")
