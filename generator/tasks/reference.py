"""Write the pages of docs/reference that say what is in bases/, overlays/ and the command line: `python generator/tasks/reference.py`.

fields.py writes that of the fields.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner
from yaml12 import parse_yaml

from modelservice.cli.commands import app

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
PACKAGE = ROOT / "generator" / "modelservice"
TYPES = {"object": "map", "array": "list", "string": "text", "integer": "number", "number": "number", "boolean": "true, false"}
GROUPS = {
    "automatic": "Chosen by the facts of a service, a role or a container.",
    "modes": "Chosen where `parallelism.mode` is said.",
    "spec": "What the fields of a role say by themselves.",
}
WIDTH = 4000  # of the help: an option is one line then

Node = dict[str, Any]


def presets() -> str:
    """Each preset: what it does, its parameters, what it sets."""
    text = """\
# Presets

What `spec.presets` and `--preset` name: overlays that are applied where somebody asks for them.
[Write a preset](../how-to/write-a-preset.md) says how they are named, and how one is made. `modelservice presets NAME` shows the YAML
of one, and `modelservice presets NAME --on FILE` what it would add to a service.
"""
    for path in sorted((ROOT / "overlays/presets").glob("*.yaml")):
        overlay = _yaml(path)
        spec = overlay["spec"]
        text += f"\n## {overlay['metadata']['name']}\n\n{overlay['metadata']['annotations']['description']}\n"
        if given := spec.get("parameters"):
            rows = [[f"`{name}`", *_parameter(one)] for name, one in given.items()]
            text += f"\n{_table(['parameter', 'type', 'default', 'meaning'], rows)}"
        said = [f"Needs {_names(spec['require'])}." if "require" in spec else ""]
        said += [f"Not with {_names(spec['exclude'])}." if "exclude" in spec else ""]
        said += [f"For services with {_facts(spec['for'])}." if "for" in spec else ""]
        said += [f"As defaults: {', '.join(f'`{key}`' for key in _leaves(spec['defaults']))}." if "defaults" in spec else ""]
        if any(said):
            text += f"\n{' '.join(filter(None, said))}\n"
        text += f"\n{_what_it_sets(spec)}"
    return text


def overlays() -> str:
    """The overlays that are not presets, and the facts by which they, and yours, are chosen."""
    schema = json.loads((PACKAGE / "config/overlay.schema.json").read_text(encoding="utf-8"))
    text = """\
# Overlays and their facts

Everything that is generated starts from a manifest in `bases/`, and overlays are merged into it, each over those before it: what the
profile says of the fields of a role (`overlays/spec`), `overlays/automatic`, `overlays/modes`, the [presets](presets.md) that are named,
yours ([write a preset](../how-to/write-a-preset.md)), and at last what the ModelService itself says of those fields (`overlays/spec`).

"""
    for folder, what in GROUPS.items():
        text += f"## overlays/{folder}\n\n{what}\n\n"
        rows = []
        for path in sorted((ROOT / "overlays" / folder).rglob("*.yaml")):
            overlay = _yaml(path)
            meaning = overlay["metadata"]["annotations"]["description"]
            rows.append([f"`{overlay['metadata']['name']}`", _facts(overlay["spec"].get("when") or {}), meaning])
        text += f"{_table(['overlay', 'when', 'what it does'], rows)}\n"
    text += (
        "## Facts\n\nWhat `when` and `for` may ask for. A list means any of its values. The last column: only in patches of containers.\n\n"
    )
    rows = []
    for name in dict.fromkeys([*schema["$defs"]["when"]["properties"], *schema["$defs"]["patchWhen"]["properties"]]):
        fact = schema["$defs"][name]
        values: list[Any] = next((one["enum"] for one in fact.get("anyOf", [fact]) if "enum" in one), [])
        of = "" if name in schema["$defs"]["when"]["properties"] else " Of containers."
        rows.append([f"`{name}`", ", ".join(f"`{_plain(value)}`" for value in values), fact["description"] + of])
    text += _table(["fact", "values", "what it says"], rows)
    text += "\n## Fields of an Overlay\n\n"
    rows = [
        [f"`{name}`", field["description"]] for name, field in schema["properties"]["spec"]["properties"].items() if "description" in field
    ]
    text += _table(["field of `spec`", "meaning"], [["`when`", schema["$defs"]["when"]["description"]], *rows])
    of_patch = schema["properties"]["spec"]["properties"]["patches"]["items"]["properties"]
    rows = [[f"`{name}`", field["description"]] for name, field in of_patch.items() if "description" in field]
    return text + "\n" + _table(["field of a patch", "meaning"], [*rows, ["`when`", schema["$defs"]["patchWhen"]["description"]]])


def commands() -> str:
    """Each command of `modelservice`, as its `--help` has it."""
    head, _, listed = _help().partition("Commands:\n")
    text = f"""\
# Commands

`modelservice` is the command line, `modelservice-fn` the function that kustomize and kpt start: a ResourceList on stdin, a ResourceList on
stdout, no options. [Exit codes and JSON](output.md) are the same for all commands. `modelservice --install-completion` teaches the commands
to bash, zsh or fish.

```text
{head.strip()}
```

"""
    rows = [re.match(r" +(\S+) +(.*)", line) for line in listed.splitlines() if line.strip()]
    named = [found.groups() for found in rows if found is not None]
    text += _table(["command", "what it does"], [[f"[`{name}`](#{name})", what] for name, what in named])
    for name, _ in named:
        text += f"\n## {name}\n\n{_command(_help(name))}"
    return text


def engines() -> str:
    """What is known of each engine: its command, the flags that fields become, the modes, what it refuses."""
    text = """\
# Engines

How a container starts an engine, and which flags it gets for what, is data: a file each in `bases/engines`. `modelCommand` says which
engine runs in a container.
"""
    for path in sorted((ROOT / "bases/engines").glob("*.yaml")):
        text += f"\n{_engine(path.stem, _yaml(path))}"
    return text


def versions() -> str:
    """The versions that are known, of everything that has some."""
    fields = json.loads((PACKAGE / "kubernetes/fields.json").read_text(encoding="utf-8"))
    custom = json.loads((PACKAGE / "kubernetes/custom_resources.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    kustomize = re.findall(r"^KUSTOMIZE_VERSION := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0]
    known = fields["versions"]
    about = custom["about"][0].lower() + custom["about"][1:]
    text = f"""\
# Versions

| of | known |
|---|---|
| Python | {project["requires-python"].removeprefix(">=")} and newer |
| kustomize | {kustomize}, which the tests run |
| Kubernetes | {known[0]} to {known[-1]}: `spec.kubernetesVersion` or `--kubernetes` says which, and what it does not have is told |
| custom resources | {about} |

## Charts

`modelservice convert` knows of each version of a chart what it said where the values say nothing.

"""
    rows = []
    for path in sorted((ROOT / "bases/charts").glob("*.yaml")):
        rows += [[path.stem, version["since"], f"`{version['profile']}`"] for version in _yaml(path).get("versions") or []]
    text += _table(["chart", "from version", "becomes `profile`"], rows)
    text += "\n## Engines\n\n"
    rows = []
    for path in sorted((ROOT / "bases/engines").glob("*.yaml")):
        if drain := _yaml(path).get("drain"):
            rows.append([path.stem, f"`--{drain['flag']}`", drain["since"]])
    text += _table(["engine", "flag", "since"], rows)
    text += "\n" + _proxy(_yaml(ROOT / "bases/dialects/routing-proxy.yaml"))
    text += "\n" + _picker(_yaml(ROOT / "bases/dialects/endpoint-picker.yaml"))
    return text + "\n" + _since(fields)


def _engine(name: str, engine: Node) -> str:
    said = [
        ["`modelCommand`", f"`{engine['modelCommand']}`"],
        ["command", f"`{' '.join(engine['command'])}`"],
        ["port", str(engine["port"])],
        ["roles", ", ".join(engine["roles"])],
        ["requests that wait", f"`{engine['metrics']['waiting']}`"],
    ]
    if "flags" in engine:
        said.append(["always", _flags(engine["flags"])])
    text = f"## {name}\n\n{_table(['what', 'value'], said)}"
    given = [[f"`parallelism.{key}`", f"`--{flag}`, above 1"] for key, flag in engine["sizes"].items()]
    given += [["`parallelism.expert`", _flags(engine["expert"])]] if "expert" in engine else []
    given += [[f"`tracing.{key}`", f"`--{flag}`"] for key, flag in engine.get("tracing", {}).items()]
    one = {
        "servedName": "`modelArtifacts.name`",
        "compiled": "`modelArtifacts.compiled`",
        "transfer": "prefill and decode apart",
        "model": "the model",
    }
    given += [[what, f"`--{engine[key]}`"] for key, what in one.items() if key in engine]
    if "lora" in engine:
        given.append(["`modelArtifacts.lora`", f"{_flags(engine['lora']['flags'])}, `--{engine['lora']['adapters']}`"])
    if "drain" in engine:
        given.append(["`drain`", f"`--{engine['drain']['flag']}`, since {engine['drain']['since']}"])
    text += f"\n{_table(['field', 'flag'], given)}"
    if "aliases" in engine:
        rows = [[f"`-{short}`", f"`--{long}`"] for short, long in engine["aliases"].items()]
        text += f"\nShort names:\n\n{_table(['short', 'flag'], rows)}"
    if "modes" in engine:
        rows = [[f"`{mode}`", one["spread"], one["serves"], _flags(one["flags"])] for mode, one in engine["modes"].items()]
        text += "\nModes ([serve on several nodes](../how-to/serve-on-several-nodes.md)):\n\n"
        text += _table(["`parallelism.mode`", "what is spread", "who serves", "flags"], rows)
    if "refuses" in engine:
        rows = [[_refused(one), one["says"]] for one in engine["refuses"]]
        text += f"\nRefused together (check [engine-flags](../checks/engine-flags.md)):\n\n{_table(['flags', 'what would be right'], rows)}"
    return text


def _refused(one: Node) -> str:
    said = []
    for flag, condition in one["flags"].items():
        if isinstance(condition, dict):
            said.append(f"`--{flag}` {', '.join(f'{key} {_plain(value)}' for key, value in condition.items())}")
        else:
            said.append(f"`--{flag}`" if condition else f"no `--{flag}`")
    return ", ".join([*said, *(f"`{name}` in `env`" for name in one.get("env", []))])


def _proxy(proxy: Node) -> str:
    text = "## Routing proxy\n\nIts version is that of its image; an image without one counts as "
    text += ", ".join(f"{version} ({image or 'any other'})" for image, version in proxy["counts-as"].items()) + ".\n\n"
    text += _dated(proxy["flags"], "flag", "`--{}`")
    rows = [
        [f"`routing.proxy.{key}`", one["since"], ", ".join(f"`{name}`" for name in one["names"])]
        for key, each in proxy["connectors"].items()
        for one in each
    ]
    return text + "\n" + _table(["field", "since", "values"], rows)


def _picker(picker: Node) -> str:
    text = "## Endpoint picker\n"
    for project in ("llm-d", "extension"):
        one = picker[project]
        rows = [[version["since"], f"`{version['config']}`" if "config" in version else "as before"] for version in one["versions"]]
        title = "Of llm-d" if project == "llm-d" else "Of the Gateway API Inference Extension"
        text += f"\n### {title}\n\n{_table(['since', 'API version of its config'], rows)}\n{_dated(one['flags'], 'flag', '`--{}`')}"
        if one["plugins"]:
            text += f"\n{_dated(one['plugins'], 'plugin', '`{}`')}"
    return text


def _dated(named: Node, what: str, form: str) -> str:
    rows = [[form.format(name), *(str(one.get(key, "")) for key in ("since", "deprecated", "until"))] for name, one in named.items() if one]
    return _table([what, "since", "deprecated", "until"], rows)


def _since(fields: Node) -> str:
    rows = [[f"`{kind}`", since] for kind, since in fields["kinds_since"].items()]
    rows += [[f"`{kind}.{field}`", since] for kind, each in fields["since"].items() for field, since in each.items()]
    text = f"## Kubernetes\n\nFields and kinds that {fields['versions'][0]} does not have yet.\n\n"
    return text + _table(["field", "since"], rows)


def _help(*command: str) -> str:
    wide: Node = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    return CliRunner().invoke(app, [*command, "--help"], env={"NO_COLOR": "1"}, prog_name="modelservice", **wide).stdout


def _command(said: str) -> str:
    usage, _, rest = said.partition("\n\n")
    about, *tables = re.split(r"^(?=(?:Arguments|Options):$)", rest, flags=re.MULTILINE)
    paragraphs = [" ".join(part.split()) for part in about.split("\n\n") if part.strip()]
    text = f"```text\n{usage.removeprefix('Usage: ').strip()}\n```\n\n" + "\n\n".join(paragraphs) + "\n"
    for table in tables:
        head, _, lines = table.partition(":\n")
        rows = [re.split(r" {2,}", line.strip(), maxsplit=1) for line in lines.splitlines() if line.strip()]
        joined: list[list[str]] = []
        for row in rows:  # what is too wide for the first column stands above its meaning
            if joined and len(joined[-1]) == 1:
                joined[-1].append("  ".join(row))
            else:
                joined.append(row)
        cells = [[f"`{name.replace('|', ' or ')}`", *meaning] for name, *meaning in joined]
        text += "\n" + _table([head.lower().removesuffix("s"), "meaning"], cells)
    return text


def _what_it_sets(spec: Node) -> str:
    rows = []
    for patch in spec.get("patches") or []:
        target = patch["target"] if isinstance(patch["target"], str) else patch["target"]["kind"]
        paths = [*_leaves(patch.get("patch") or {}), *(f"--{name}" for name in patch.get("flags") or {})]
        rows.append([target, _facts(patch.get("when") or {}), "<br>".join(f"`{path}`" for path in paths)])
    made = [one if isinstance(one, str) else one["kind"] for one in spec.get("resources") or []]
    rows += [["adds", _facts(spec.get("when") or {}), ", ".join(f"`{kind}`" for kind in made)]] if made else []
    return _table(["where", "when", "what it sets"], rows) if rows else ""


def _leaves(node: Any, path: str = "") -> Iterable[str]:
    """The paths of what a patch says; an item of a list is known by its name, or whatever stands first in it."""
    if isinstance(node, str):
        yield path or node
    elif isinstance(node, dict) and node:
        for key, below in node.items():
            yield from _leaves(below, f"{path}.{key}" if path else key)
    elif isinstance(node, list) and any(isinstance(item, dict) for item in node):
        for item in node:
            if isinstance(item, str):
                yield f"{path}[{item}]"
                continue
            key = next((name for name in ("name", "mountPath", "path", "port") if name in item), next(iter(item)))
            rest = {name: below for name, below in item.items() if name != key}
            here = f"{path}[{key}={_plain(item[key])}]"
            yield from _leaves(rest, here) if any(isinstance(below, dict) for below in rest.values()) else [here]
    elif path:
        yield path


def _parameter(parameter: Node) -> list[str]:
    kind = f"one of {', '.join(f'`{value}`' for value in parameter['enum'])}" if "enum" in parameter else TYPES[parameter["type"]]
    default = parameter.get("default")
    said = "must be given" if "default" not in parameter else f"`{_plain(default)}`" if default is not None else ""
    return [kind, said, parameter["description"]]


def _facts(facts: Node) -> str:
    said = []
    for name, value in facts.items():
        said.append(f"`{name}`: {' or '.join(f'`{_plain(one)}`' for one in (value if isinstance(value, list) else [value]))}")
    return ", ".join(said)


def _flags(flags: Node) -> str:
    return "<br>".join(f"`--{name}`" if value is True else f"`--{name} {_plain(value)}`" for name, value in flags.items())


def _names(names: list[str]) -> str:
    return ", ".join(f"[`{name}`](#{name})" for name in names)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _yaml(path: Path) -> Node:
    document: Any = parse_yaml(path.read_text(encoding="utf-8"))
    found: Node = document
    return found


PAGES: dict[str, Callable[[], str]] = {
    "presets": presets,
    "overlays": overlays,
    "commands": commands,
    "engines": engines,
    "versions": versions,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text(page(), encoding="utf-8")
    sys.stdout.write("docs/reference: what is made from the data is up to date\n")


if __name__ == "__main__":
    main()
