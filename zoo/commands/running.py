"""The commands about the installation: plugins, serve, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from zoo.commands.options import SAMPLE_ZOO, AsJson, Plugins, Runs, Strict
from zoo.commands.output import show


def plugins(folders: Plugins = None, as_json: AsJson = False, strict: Strict = False) -> None:
    """List the backbones and indexes, where each came from, and the plugins that failed."""
    from zoo.outputs.texts import plugins_text
    from zoo.plugins import load_plugins

    registry = load_plugins(folders or (), strict)
    show(plugins_text, registry.report(), as_json)


def serve(
    runs: Runs = SAMPLE_ZOO,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 7860,
    share: Annotated[
        bool, typer.Option("--share", help="A public link, behind a password.")
    ] = False,
    auth: Annotated[
        Optional[str], typer.Option(envvar="ZOO_AUTH", help="USER:PASSWORD to ask for.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="With --share: no password.")] = False,
    manage: Annotated[
        bool, typer.Option("--manage", help="Train and evaluate from the page; never shared.")
    ] = False,
    proxy: Annotated[
        Optional[str], typer.Option(help="Address or network of a reverse proxy to believe.")
    ] = None,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Also serve the endpoints as tools for assistants (MCP).")
    ] = False,
    language: Annotated[
        Optional[str],
        typer.Option(envvar="ZOO_LANGUAGE", help="Of the page: a translation, or its folder."),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Write nothing into the zoo: several pages share it."),
    ] = False,
    cache: Annotated[
        Optional[Path], typer.Option(help="A folder for thumbnails, rather than in the zoo.")
    ] = None,
    folders: Plugins = None,
) -> None:
    """Open the page that compares the backbones; makes the sample zoo when there is none."""
    from zoo.page.serving.options import ServeOptions

    asked = ServeOptions(
        runs,
        host,
        port,
        share,
        auth,
        public,
        folders or (),
        manage,
        proxy,
        mcp,
        language,
        read_only,
        cache,
    )
    asked.check_port()
    from zoo.page.launch import launch  # takes seconds: what is asked wrongly is told before

    launch(asked)


def doctor(
    folder: Annotated[Path, typer.Option("--runs", help="Where the zoos are.")] = Path("runs"),
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Show devices, packages, precision, the hub, the zoos found and what is wrong with them.

    Ends with status 1 when something is.
    """
    from zoo.outputs.health import health_report
    from zoo.outputs.texts import doctor_text

    found = health_report(folder, folders or ())
    show(doctor_text, found, as_json)
    if found["problems"]:
        raise typer.Exit(1)
