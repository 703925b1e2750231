"""The commands that ask every backbone, or about them: evaluate, votes, recommend, sample."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from zoo.commands.options import SAMPLE_ZOO, AsJson, Backbones, Names, Plugins, Runs, Strict
from zoo.commands.output import show
from zoo.errors import ZooError
from zoo.plurals import numbered


def evaluate(
    names: Names = None,
    runs: Runs = SAMPLE_ZOO,
    folders: Plugins = None,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Show the leaderboard: true labels, test split, two baselines."""
    from zoo.compare import open_zoo
    from zoo.outputs.documents import full_report
    from zoo.outputs.leaderboard import evaluate_text
    from zoo.run_files import unfinished

    zoo = open_zoo(runs, folders or (), strict)
    chosen = {run.name: run for run in zoo.select(names or ())}
    zoo.runs = chosen
    show(evaluate_text, full_report(zoo), as_json)
    for name in unfinished(runs):
        typer.echo(
            f"note: a training of {name} is not finished; stopped, it goes on when its command is "
            "repeated with --resume",
            err=True,
        )


def votes(runs: Runs = SAMPLE_ZOO, folders: Plugins = None, as_json: AsJson = False) -> None:
    """Show what people preferred when they compared the backbones blind on the page."""
    from zoo.compare import open_zoo
    from zoo.evaluation.votes import read_votes
    from zoo.outputs.votes import votes_report, votes_text

    zoo = open_zoo(runs, folders or ())
    show(votes_text, votes_report(zoo, read_votes(zoo.folder)), as_json)


def recommend(
    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE...",
            help="Pictures of one query; or a folder or CSV: each picture of it by itself.",
            show_default=False,
        ),
    ],
    runs: Runs = SAMPLE_ZOO,
    backbones: Backbones = None,
    top: Annotated[int, typer.Option(help="Items per backbone.")] = 5,
    alpha: Annotated[
        float, typer.Option(help="Score = alpha * similarity + (1 - alpha) * match.")
    ] = 1.0,
    where: Annotated[
        Optional[list[str]],
        typer.Option(help="attribute=class; repeated for one attribute: any of them."),
    ] = None,
    same_category: Annotated[
        bool, typer.Option("--same-category", help="Only items of the query's category.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Exact search, whatever the size.")
    ] = False,
    diversity: Annotated[
        float, typer.Option(help="0: the nearest; towards 1: fewer that resemble each other.")
    ] = 0.0,
    near_duplicates: Annotated[
        bool, typer.Option("--near-duplicates", help="Each by itself, not behind the first.")
    ] = False,
    sheet: Annotated[
        Optional[Path], typer.Option(help="Also write query and items as one picture.")
    ] = None,
    out: Annotated[
        Optional[Path], typer.Option(help="CSV file, for a folder or CSV. Left out: stdout.")
    ] = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Recommend items that look like one picture, or like the style of several.

    Of a folder or CSV each picture is a query by itself, and a CSV is written.
    """
    from zoo.pictures import read_bytes

    conditions = _conditions(where or [])
    many = any(path.is_dir() or path.suffix.lower() == ".csv" for path in images)
    if many and (len(images) > 1 or sheet is not None):
        raise ZooError("a folder or CSV of pictures is given alone, and without --sheet")
    if not many and out is not None:
        raise ZooError("--out is for a folder or CSV of pictures; for these use --json or --sheet")
    pictures = {} if many else {str(path): read_bytes(path) for path in images}

    # These take seconds to import: what is asked wrongly is told before.
    from zoo.commands.recommending import recommend_each
    from zoo.compare import open_zoo
    from zoo.outputs.contact_sheet import contact_sheet
    from zoo.outputs.documents import recommend_report
    from zoo.outputs.texts import recommend_text
    from zoo.search.ask import Ask

    ask = Ask(top, alpha, conditions, same_category, exact, diversity, near_duplicates)
    zoo = open_zoo(runs, folders or ())
    if many:
        recommend_each(zoo, images[0], ask, backbones or (), out, as_json)
        return
    results = zoo.recommend(pictures, ask, backbones or ())
    show(recommend_text, recommend_report(zoo, list(pictures), results), as_json)
    if sheet is not None:
        contact_sheet(zoo, pictures, results, sheet)
        typer.echo(f"wrote {sheet}", err=True)


def _conditions(where: list[str]) -> dict[str, list[str]]:
    conditions: dict[str, list[str]] = {}
    for text in where:
        name, _, value = text.partition("=")
        if not name or not value:
            raise ZooError(f"--where {text!r} is not of the form attribute=class")
        conditions.setdefault(name, []).append(value)
    return conditions


def sample(
    sheet: Annotated[Path, typer.Option(help="A PNG file.", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    backbones: Backbones = None,
    top: Annotated[int, typer.Option(help="Items per backbone.")] = 5,
    limit: Annotated[
        Optional[int], typer.Option(help="So many categories, the largest. Left out: all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number draws other queries.")] = 0,
    folders: Plugins = None,
) -> None:
    """Draw a random query of every category with each backbone's neighbours, as one picture."""
    from zoo.compare import open_zoo
    from zoo.outputs.contact_sheet import TILE, Block, write_sheet
    from zoo.pictures import open_picture
    from zoo.queries import one_per_category
    from zoo.search.ask import Ask

    zoo = open_zoo(runs, folders or ())
    ask = Ask(top)
    blocks = [
        Block(
            category,
            open_picture(zoo.catalog.path(row), at_least=TILE),
            zoo.recommend_items([row], ask, backbones or ()),
        )
        for category, row in one_per_category(zoo.catalog, seed, limit).items()
    ]
    write_sheet(zoo, blocks, sheet)
    queries = numbered(len(blocks), "query", "queries")
    typer.echo(f"wrote {sheet}: {queries}, {numbered(len(blocks[0].results), 'backbone')}")
