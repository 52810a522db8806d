"""modelservice init: a ModelService to begin with, in a folder that kustomize or kpt takes as it is.

The files are those of ``starters`` beside this module, with ``${…}`` filled, those of plugins/kustomize/function, and the schema.
"""

from __future__ import annotations

import contextlib
import json
import os
import string
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from modelservice import data
from modelservice.cli.answers import Answer, Output, OutputOption, give
from modelservice.cli.files import stop_at
from modelservice.cli.messages import Message, tell

Map = dict[str, Any]

STARTERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "starters")
SCHEMA = "modelservice.schema.json"
FUNCTION = ("function.yaml", "kustomization.yaml")  # of plugins/kustomize/function
TAKEN = ("base", "function")  # folders beside those of the environments
FILES = ("kustomization", "validation")  # without their ending: those beside the ModelService
FIELDS = {  # which option says a field
    "metadata.name": "--name",
    "spec.modelArtifacts.name": "--model",
    "spec.modelArtifacts.size": "--size",
    "spec.engine.image": "--image",
    "spec.presets": "--preset",
}


class Profile(StrEnum):
    """Whose defaults apply."""

    FURIOSA = "furiosa"
    LLM_D = "llm-d"


IMAGES = {Profile.FURIOSA: "furiosaai/furiosa-llm:2026.1.0", Profile.LLM_D: "docker.io/vllm/vllm-openai:v0.26.0"}
PRESETS = {Profile.FURIOSA: ["rngd-tolerations", "probes"], Profile.LLM_D: ["nvidia-tolerations", "shm", "probes"]}


def init(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="The folder; it is made where it is not there.")] = ".",
    name: Annotated[str | None, typer.Option(help="Name of the ModelService, and of what it becomes.")] = None,
    model: Annotated[str | None, typer.Option(metavar="NAMESPACE/MODEL", help="The model, as Hugging Face has it.")] = None,
    profile: Annotated[Profile | None, typer.Option(help="Whose defaults apply; furiosa where it is not said.")] = None,
    image: Annotated[str | None, typer.Option(metavar="IMAGE:VERSION", help="Image of the engine.")] = None,
    size: Annotated[str, typer.Option(help="Of the volume that the model is downloaded to.")] = "50Gi",
    preset: Annotated[
        list[str] | None, typer.Option(metavar="NAME[:PARAMETER=VALUE,…]", help="Presets, instead of those that are usual for the profile.")
    ] = None,
    environments: Annotated[
        str | None, typer.Option(metavar="NAME,…", help="Lay out a base and a folder for each environment, as in dev,prod.")
    ] = None,
    kpt: Annotated[bool, typer.Option("--kpt", help="Lay out a package of kpt.")] = False,
    schema: Annotated[bool, typer.Option(help="Write the schema for editors beside it, and name it in the files.")] = True,
    output: OutputOption = Output.TEXT,
) -> None:
    """Write a ModelService into DIR, with a kustomization.yaml, environments, or a Kptfile; ask on a terminal for what no option says.

    Nothing is overwritten: where one of the files is there already, none is written.
    """
    if kpt and environments is not None:
        raise typer.BadParameter("goes without --environments", param_hint="--kpt")
    names = _environments(environments) if environments is not None else []
    wanted = _asked({"name": name, "model": model, "profile": profile, "image": image}, os.path.abspath(directory))
    values = {**wanted, "size": size}
    if wanted["name"] in FILES:
        raise typer.BadParameter(f"{wanted['name']}.yaml is another file here; must be another name", param_hint="--name")
    chosen = _presets(preset) if preset is not None else PRESETS[Profile(wanted["profile"])]
    layout = "kpt" if kpt else "environments" if names else "kustomize"
    files = _files(layout, values, chosen, names, has_schema=schema)
    _check(files[f"{'base/' if names else ''}{values['name']}.yaml"], {**values, "presets": ", ".join(preset or [])})
    _write(directory, files)
    paths = [os.path.join(directory, path) for path in files]
    following = _next(layout, directory, values["name"], names)
    text = "".join(f"{path}\n" for path in paths) + f"next: {following}\n"
    give(Answer({"files": paths, "next": following}, text), output)


def _environments(text: str) -> list[str]:
    """The names in ``dev,prod``."""
    from modelservice.kubernetes.names import is_dns_label  # noqa: PLC0415

    names = [name.strip() for name in text.split(",")]
    for index, name in enumerate(names):
        if not is_dns_label(name) or name in TAKEN or name in names[:index]:
            why = "there twice" if name in names[:index] else "a folder beside them" if name in TAKEN else "no name of an environment"
            raise typer.BadParameter(f"{name!r} is {why}; must be names such as dev,prod", param_hint="--environments")
    return names


def _presets(texts: list[str]) -> list[Any]:
    """The presets of the command line, as spec.presets has them."""
    from modelservice.config.settings import SettingError, added  # noqa: PLC0415

    try:
        return [item for _, item in added([], [text for text in texts if text])]
    except SettingError as error:
        raise typer.BadParameter(str(error), param_hint="--preset") from None


def _asked(values: Mapping[str, str | None], directory: str) -> dict[str, str]:
    """The values, those that are missing asked for; where nobody can be asked, that is a wrong call."""
    missing = [f"--{key}" for key, value in values.items() if value is None and key != "profile"]
    if sys.stdin is None or not sys.stdin.isatty():
        if missing:
            raise typer.BadParameter("not given, and there is no terminal to ask on", param_hint=", ".join(missing))
        return {key: Profile.FURIOSA.value if value is None else value for key, value in values.items()}
    given = {key: value for key, value in values.items() if value is not None}
    folder = os.path.basename(directory).lower()
    if "name" not in given:
        given["name"] = typer.prompt("Name", default=folder, err=True)
    if "model" not in given:
        given["model"] = typer.prompt("Model (as in Qwen/Qwen3-8B)", err=True)
    if "profile" not in given:
        given["profile"] = _prompt_profile()
    if "image" not in given:
        given["image"] = typer.prompt("Image of the engine", default=IMAGES[Profile(given["profile"])], err=True)
    return given


def _prompt_profile() -> str:
    while True:
        answer: str = typer.prompt(f"Profile ({' or '.join(Profile)})", default=Profile.FURIOSA.value, err=True)
        if answer in list(Profile):
            return answer
        tell([f"must be {' or '.join(Profile)}"])


def _files(layout: str, values: Map, presets: list[Any], environments: list[str], *, has_schema: bool) -> dict[str, str]:
    """The texts of the files, by path."""
    from modelservice.krm import write_yaml  # noqa: PLC0415

    file = f"{values['name']}.yaml"
    filled = {key: write_yaml(value).rstrip("\n") for key, value in {**values, "file": file}.items()}
    filled |= {"presets": f"[{', '.join(map(_flow, presets))}]", "annotations": ""}
    above = _schema_line("../") if has_schema else ""
    here = {**filled, "schema": _schema_line("") if has_schema else ""}
    files: dict[str, str] = {}
    if layout == "environments":
        below = {**filled, "schema": above}
        files[f"base/{file}"] = _starter(f"{values['profile']}.yaml", below)
        files["base/kustomization.yaml"] = _starter("environments/base/kustomization.yaml", below)
        for environment in environments:
            of_it = {**below, "environment": environment}
            files[f"{environment}/{file}"] = _starter("environments/environment/modelservice.yaml", of_it)
            files[f"{environment}/kustomization.yaml"] = _starter("environments/environment/kustomization.yaml", of_it)
        files |= {f"function/{name}": data.text("plugins", "kustomize", "function", name) for name in FUNCTION}
    elif layout == "kpt":
        files[file] = _starter(f"{values['profile']}.yaml", here)
        files |= {name: _starter(f"kpt/{name}", here) for name in ("Kptfile", "validation.yaml")}
        files |= {".krmignore": f"{SCHEMA}\n"} if has_schema else {}  # kpt takes each .json for a resource
    else:
        files[file] = _starter(f"{values['profile']}.yaml", {**here, "annotations": _starter("annotations.yaml", {})})
        files["kustomization.yaml"] = _starter("kustomize/kustomization.yaml", here)
    if has_schema:
        from modelservice.config.published import json_schema  # noqa: PLC0415

        files[SCHEMA] = json.dumps(json_schema("ModelService"), indent=2, ensure_ascii=False) + "\n"
    return files


def _schema_line(up: str) -> str:
    """The line by which editors find the schema: a path from the file on, which works without a network."""
    return f"# yaml-language-server: $schema={up}{SCHEMA}\n"


def _starter(path: str, values: Mapping[str, str]) -> str:
    """The text of a starter with its values."""
    with open(os.path.join(STARTERS, path), encoding="utf-8") as file:
        return string.Template(file.read()).substitute(values)


def _flow(value: Any) -> str:
    """A preset as it is written within brackets."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in value.items())}}}"
    return value if isinstance(value, str) and value.replace("-", "").isalnum() and value[0].isalpha() else json.dumps(value)


def _check(text: str, values: Map) -> None:
    """End with what is wrong with the ModelService, at the option that says it; tell what is worth a warning."""
    from modelservice.generate import generate  # noqa: PLC0415
    from modelservice.krm import ReadError, parse  # noqa: PLC0415

    try:
        (generated,) = generate([parse(text)])
    except ReadError as error:
        stop_at([f"what the options say is not YAML: {error}"])
    messages = [Message(_option(result.field, values), result) for result in generated.results]
    if generated.failed:
        stop_at(messages)
    tell(messages)


def _option(field: str, values: Map) -> str:
    for start, option in FIELDS.items():
        if field.startswith(start):
            return f"{option} {values['presets' if start == 'spec.presets' else option.removeprefix('--')]}".rstrip()
    return "init"


def _write(directory: str, files: Mapping[str, str]) -> None:
    """Write all of the files, or none where one of them is there already or cannot be written."""
    paths = {os.path.join(directory, path): text for path, text in files.items()}
    there = [path for path in paths if os.path.lexists(path)]
    if there:
        stop_at([f"{path}: is there already; nothing was written: move it, or choose another folder" for path in there])
    folders: list[str] = []
    begun: list[str] = []
    try:
        for path, text in paths.items():
            _make(os.path.dirname(path), folders)
            with open(path, "x", encoding="utf-8", newline="\n") as stream:
                begun.append(path)
                stream.write(text)
    except BaseException as error:
        for path in begun:
            with contextlib.suppress(OSError):
                os.remove(path)
        for folder in reversed(folders):
            with contextlib.suppress(OSError):  # somebody has put something there
                os.rmdir(folder)
        if not isinstance(error, OSError):
            raise
        raise typer.BadParameter(f"{error.filename}: {error.strerror}; nothing was written", param_hint="DIR") from None


def _make(folder: str, made: list[str]) -> None:
    """Make a folder, and those above it, and add those that were not there to ``made``."""
    if not folder or os.path.isdir(folder):
        return
    _make(os.path.dirname(folder), made)
    os.mkdir(folder)
    made.append(folder)


def _next(layout: str, directory: str, name: str, environments: list[str]) -> str:
    """The command that shows what it becomes."""
    if layout == "kpt":
        return f"kpt fn render --allow-exec {directory}"
    if layout == "environments":
        base, first = (os.path.join(directory, folder) for folder in ("base", environments[0]))
        return f"modelservice render {base} -f {os.path.join(first, name)}.yaml"
    return f"modelservice render {os.path.join(directory, name)}.yaml"
