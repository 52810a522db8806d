"""The commands of the command line, and the options before them."""

from __future__ import annotations

import typer

from modelservice import __version__
from modelservice.cli import convert, diff, patch, render

app = typer.Typer(
    help="Turns ModelServices into the Kubernetes resources that serve them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("render")(render.render)
app.command("patch")(patch.patch)
app.command("diff")(diff.diff)
app.command("convert")(convert.convert)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Take the options that come before a command."""
