"""The commands of the command line, and the options before them."""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperGroup

from modelservice import __version__
from modelservice.cli import convert, diff, explain, graph, images, init, patch, presets, render, requires, schema, validate, view
from modelservice.cli.answers import give_error
from modelservice.cli.messages import InputError, Message, tell
from modelservice.krm import Result
from modelservice.texts import cut


class Commands(TyperGroup):
    """The commands: where one is mistyped the next step is told, and where the input or the call is wrong that is."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            tell(error.problems)
            give_error(ctx, error.problems)
            raise typer.Exit(error.code) from None
        except typer.BadParameter as error:
            hint = error.param_hint
            give_error(ctx, [Message(hint if isinstance(hint, str) else "", Result(error.message))])
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named first, of those that there are."""
        word = args[0]
        if word not in self.commands and not word.startswith("--") and not ctx.resilient_parsing:
            ctx.fail(unknown(word, list(self.commands)))
        return super().resolve_command(ctx, args)


def unknown(word: str, known: list[str]) -> str:
    """What to say of a word that is no command."""
    if word == "-" or os.path.exists(word) or word.endswith((".yaml", ".yml")):
        render, convert = (f"modelservice {command} {word}" for command in ("render", "convert"))
        values = f" Helm values? {convert}" if "convert" in known else ""
        return f"{word} is no command; did you mean {render}?{values}"
    close = get_close_matches(word, known, 1)
    meant = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
    return f"no such command: {cut(word)}; {meant}"


app = typer.Typer(
    help="Turns ModelServices into the Kubernetes resources that serve them.",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("render")(render.render)
app.command("validate")(validate.validate)
app.command("schema")(schema.schema)
app.command("init")(init.init)
app.command("patch")(patch.patch)
app.command("diff")(diff.diff)
app.command("convert")(convert.convert)
app.command("graph")(graph.graph)
app.command("view")(view.view)
app.command("explain")(explain.explain)
app.command("presets")(presets.presets)
app.command("images")(images.images)
app.command("requires")(requires.requires)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Take the options that come before a command."""
