"""The commands: parse, call, print. Only `main` catches ZooError."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, Optional

import typer

from zoo.errors import ZooError

app = typer.Typer(
    name="zoo",
    help="Compare visual backbones for fashion recommendation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Names = Annotated[Optional[list[str]], typer.Argument(metavar="[BACKBONE ...]", show_default=False)]
Runs = Annotated[Path, typer.Option("--runs", help="The zoo directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Plugins = Annotated[
    Optional[list[Path]], typer.Option("--plugins", help="A folder with more plugins.")
]
Strict = Annotated[bool, typer.Option("--strict", help="A broken plugin or run is fatal.")]
Backbones = Annotated[
    Optional[list[str]], typer.Option("--backbone", help="Only this one; may be repeated.")
]
Backbone = Annotated[Optional[str], typer.Option("--backbone", help="Left out: the first.")]
SAMPLE_ZOO = Path("runs/sample")
INTERRUPTED = 130  # the exit status of Ctrl-C


@app.command()
def plugins(folders: Plugins = None, as_json: AsJson = False, strict: Strict = False) -> None:
    """List the backbones, where each came from, and the plugins that failed."""
    from zoo.plugins import load_plugins
    from zoo.tables import plugins_text

    registry = load_plugins(folders or (), strict)
    show(plugins_text, registry.report(), as_json)


@app.command()
def train(
    backbones: Names = None,
    data: Annotated[
        Optional[Path], typer.Option(help="Catalogue folder or file. Left out: the drawn sample.")
    ] = None,
    reader: Annotated[
        Optional[str], typer.Option(help="Layout of --data. Left out: recognised.")
    ] = None,
    attributes: Annotated[
        Optional[str], typer.Option(help="Comma-separated. Left out: all.")
    ] = None,
    runs: Annotated[
        Optional[Path], typer.Option(help="Zoo directory. Left out: runs/<catalogue name>.")
    ] = None,
    weights: Annotated[str, typer.Option(help="pretrained, random, or a file.")] = "pretrained",
    image_size: Annotated[
        Optional[int], typer.Option(help="Pixels. Left out: the backbone's own.")
    ] = None,
    batch_size: Annotated[str, typer.Option(help="A number, or auto.")] = "auto",
    epochs_frozen: Annotated[int, typer.Option(help="Epochs of the heads alone.")] = 5,
    epochs_unfrozen: Annotated[int, typer.Option(help="Most epochs of the whole network.")] = 7,
    limit: Annotated[Optional[int], typer.Option(help="Use this many pictures only.")] = None,
    categories: Annotated[
        Optional[str], typer.Option(help="Only items of these classes of the category.")
    ] = None,
    category_type: Annotated[
        Optional[str], typer.Option(help="DeepFashion: only upper, lower or full; or several.")
    ] = None,
    min_per_class: Annotated[int, typer.Option(help="Rarer classes count as unknown.")] = 10,
    cap_per_class: Annotated[
        Optional[int], typer.Option(help="Train on at most so many pictures of a class.")
    ] = None,
    split: Annotated[
        Optional[str], typer.Option(help="train:val:test or train:test. Left out: as given.")
    ] = None,
    box_margin: Annotated[
        float, typer.Option(help="Around given boxes, as a share of their sides.")
    ] = 0.1,
    seed: Annotated[int, typer.Option()] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")] = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with unfinished runs.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw unfinished runs away and begin again.")
    ] = False,
    folders: Plugins = None,
    strict: Strict = False,
) -> None:
    """Train, embed, index and evaluate backbones on one catalogue."""
    from zoo import building, pipeline
    from zoo.plugins import load_plugins
    from zoo.progress import Progress
    from zoo.training.settings import Settings

    registry = load_plugins(folders or (), strict)
    for failure in registry.failed:
        typer.echo(f"plugin kept apart: {failure.origin}: {failure.error}", err=True)
    chosen = registry.select(backbones or ())
    wanted = building.DataSettings(
        data=data,
        reader=reader,
        attributes=_split(attributes),
        categories=_split(categories),
        category_types=_split(category_type),
        min_per_class=min_per_class,
        cap_per_class=cap_per_class,
        split=split,
        box_margin=box_margin,
        limit=limit,
        seed=seed,
    )
    settings = Settings(
        weights=weights,
        image_size=image_size,
        batch_size=_batch_size(batch_size),
        epochs_frozen=epochs_frozen,
        epochs_unfrozen=epochs_unfrozen,
        seed=seed,
        device=device,
        precision=precision,
    )
    zoo = runs or building.default_folder(wanted)
    with building.sole_writer(zoo):
        progress = Progress(zoo)
        try:
            if restart:
                building.discard_unfinished(zoo, chosen)
            if not resume:
                pipeline.refuse_unfinished(zoo, chosen)
            catalog = building.prepare_catalog(wanted, zoo, progress)
            building.make_zoo(chosen, catalog, settings, zoo, progress)
        finally:
            progress.finish()
    typer.echo(f"done; see the leaderboard:  zoo evaluate --runs {zoo}", err=True)
    typer.echo(f"compare them in a browser:  python serve.py --runs {zoo}", err=True)


def _split(names: str | None) -> tuple[str, ...] | None:
    return tuple(n.strip() for n in names.split(",") if n.strip()) if names else None


def _batch_size(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdigit():
        raise ZooError(f"batch-size {text!r} is neither auto nor a number")
    return int(text)


@app.command()
def embed(names: Names = None, runs: Runs = SAMPLE_ZOO, folders: Plugins = None) -> None:
    """Embed the catalogue again with the trained weights; index and evaluate what follows."""
    _redo("embedded", names, runs, folders)


@app.command()
def index(names: Names = None, runs: Runs = SAMPLE_ZOO, folders: Plugins = None) -> None:
    """Build the Annoy index again from the embeddings."""
    _redo("indexed", names, runs, folders)


def _redo(stage: str, names: list[str] | None, zoo: Path, folders: list[Path] | None) -> None:
    from zoo import building, pipeline
    from zoo.catalog import load_catalog
    from zoo.plugins import load_plugins
    from zoo.progress import Progress

    catalog = load_catalog(zoo)
    registry = load_plugins(folders or ())
    trained = [n for n in sorted(registry.backbones) if (zoo / n / "run.json").is_file()]
    with building.sole_writer(zoo):
        progress = Progress(zoo)
        try:
            for backbone in registry.select(names or trained):
                pipeline.redo(backbone, stage, catalog, zoo, progress)
        finally:
            progress.finish()


@app.command()
def evaluate(
    names: Names = None,
    runs: Runs = SAMPLE_ZOO,
    folders: Plugins = None,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Show the leaderboard: true labels, test split, two baselines."""
    from zoo.compare import open_zoo
    from zoo.reports import evaluate_report
    from zoo.tables import evaluate_text

    zoo = open_zoo(runs, folders or (), strict)
    chosen = {run.name: run for run in zoo.select(names or ())}
    zoo.runs = chosen
    show(evaluate_text, evaluate_report(zoo), as_json)


@app.command()
def recommend(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", show_default=False)],
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
    sheet: Annotated[
        Optional[Path], typer.Option(help="Also write query and items as one picture.")
    ] = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Recommend items that look like one picture, or like the style of several."""
    from zoo.compare import open_zoo
    from zoo.pictures import read_bytes
    from zoo.reports import recommend_report
    from zoo.search.recommender import Ask
    from zoo.sheet import contact_sheet
    from zoo.tables import recommend_text

    ask = Ask(top, alpha, _conditions(where or []), same_category, exact)
    zoo = open_zoo(runs, folders or ())
    pictures = {str(path): read_bytes(path) for path in images}
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


@app.command()
def tag(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    backbone: Backbone = None,
    out: Annotated[Optional[Path], typer.Option(help="CSV file. Left out: stdout.")] = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Predict the attributes of every picture in a folder: CSV of class and confidence."""
    from zoo.compare import open_zoo
    from zoo.files import written_whole
    from zoo.reports import skipped_report, tags_report
    from zoo.tables import tags_csv

    zoo = open_zoo(runs, folders or ())
    tagged, skipped = zoo.tag(_pictures_in(folder), backbone)
    for picture in skipped:
        typer.echo(f"skipped {picture.reason}", err=True)
    report = {
        "backbone": zoo.run(backbone).name,
        "pictures": [tags_report(t) for t in tagged],
        "skipped": skipped_report(skipped),
    }
    if out is None:
        show(tags_csv, report, as_json)
        return
    with written_whole(out) as partial:
        partial.write_text(tags_csv(report), "utf-8")
    typer.echo(f"wrote {out}", err=True)


@app.command()
def count(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    attribute: Annotated[Optional[str], typer.Option(help="Left out: the category.")] = None,
    top: Annotated[int, typer.Option(help="How many classes.")] = 3,
    backbone: Backbone = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Count the most common classes in a folder of pictures."""
    from zoo.compare import count_classes, open_zoo
    from zoo.reports import skipped_report
    from zoo.search.recommender import category_attribute
    from zoo.tables import count_text

    zoo = open_zoo(runs, folders or ())
    name = zoo.catalog.single(attribute or category_attribute(zoo.catalog)).name
    tagged, skipped = zoo.tag(_pictures_in(folder), backbone)
    report = {
        "attribute": name,
        "counts": [{"class": c, "count": n} for c, n in count_classes(tagged, name, top)],
        "skipped": skipped_report(skipped),
    }
    show(count_text, report, as_json)


def _pictures_in(folder: Path) -> list[Path]:
    from zoo.pictures import EXTENSIONS

    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise ZooError(f"{folder}: no such folder")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in EXTENSIONS)
    if not found:
        raise ZooError(f"{folder}: no picture in it ({', '.join(sorted(EXTENSIONS))})")
    return found


@app.command()
def serve(
    runs: Runs = SAMPLE_ZOO,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 7860,
    share: Annotated[
        bool, typer.Option("--share", help="A public link, behind a password.")
    ] = False,
    auth: Annotated[Optional[str], typer.Option(help="USER:PASSWORD to ask for.")] = None,
    public: Annotated[bool, typer.Option("--public", help="With --share: no password.")] = False,
    folders: Plugins = None,
) -> None:
    """Open the page that compares the backbones; makes the sample zoo when there is none."""
    from zoo.page.launch import launch

    launch(runs, host=host, port=port, share=share, auth=auth, public=public, plugins=folders or ())


@app.command()
def doctor(
    folder: Annotated[Path, typer.Option("--runs", help="Where the zoos are.")] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Show devices, packages, precision, the hub, the zoos found and what is wrong with them."""
    from zoo.doctor import examine
    from zoo.tables import doctor_text

    show(doctor_text, examine(folder), as_json)


def show(text: Callable[[dict[str, Any]], str], report: dict[str, Any], as_json: bool) -> None:
    """Print a report, for a program or for a person."""
    typer.echo(json.dumps(report, indent=2, ensure_ascii=False) if as_json else text(report))


def _alone(command: Callable[..., Any]) -> typer.Typer:
    """An application of one command, for train.py and serve.py."""
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command()(command)
    return alone


def main(command: Callable[..., Any] | None = None) -> NoReturn:
    """Run the commands, or one of them; an expected failure is one line and exit status 1."""
    # A request to end is Ctrl-C by another name; shells switch Ctrl-C off for background jobs.
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, signal.default_int_handler)
    try:
        (app if command is None else _alone(command))()
    except ZooError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            print("stopped; a training goes on where it was with --resume", file=sys.stderr)
        raise
    sys.exit(0)


if __name__ == "__main__":
    main()
