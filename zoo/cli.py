"""The commands in one application. Only `main` catches ZooError."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import typer

from zoo.commands.cleaning import clean
from zoo.commands.comparing import evaluate, recommend, sample, votes
from zoo.commands.exporting import export, vectors
from zoo.commands.making import compact, embed, index
from zoo.commands.mapping import map as lay_out
from zoo.commands.running import doctor, plugins, serve
from zoo.commands.tagging import count, features, tag
from zoo.commands.training import train
from zoo.commands.updating import add, remove, sync
from zoo.ending import requests_to_end
from zoo.errors import ZooError

__all__ = ["app", "main", "serve", "train"]

COMMANDS: tuple[Callable[..., Any], ...] = (
    plugins,
    train,
    embed,
    index,
    add,
    remove,
    sync,
    compact,
    evaluate,
    votes,
    recommend,
    tag,
    count,
    features,
    sample,
    vectors,
    export,
    lay_out,
    clean,
    serve,
    doctor,
)
INTERRUPTED = 130  # the exit status of Ctrl-C

app = typer.Typer(
    name="zoo",
    help="Compare visual backbones for fashion recommendation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in COMMANDS:
    app.command()(_command)


def _alone(command: Callable[..., Any]) -> typer.Typer:
    """An application of one command, for train.py and serve.py."""
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command()(command)
    return alone


def _stopped(arguments: list[str]) -> str:
    if "train" not in Path(arguments[0]).stem and "train" not in arguments[1:2]:
        return "stopped"
    return "stopped; a training goes on where it was with --resume"


def main(command: Callable[..., Any] | None = None) -> NoReturn:
    """Run the commands, or one of them; an expected failure is one line and exit status 1."""
    # A request to end is Ctrl-C by another name; shells switch Ctrl-C off for background jobs.
    for request in requests_to_end():
        signal.signal(request, signal.default_int_handler)
    try:
        (app if command is None else _alone(command))()
    except ZooError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            print(_stopped(sys.argv), file=sys.stderr)
        raise
    sys.exit(0)


if __name__ == "__main__":
    main()
