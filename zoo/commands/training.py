"""The command that trains."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Optional

import typer

from zoo.commands.options import (
    IndexName,
    IndexUri,
    Names,
    Plugins,
    Reader,
    RuntimeName,
    Strict,
)
from zoo.commands.output import show_next
from zoo.errors import ZooError


def train(
    backbones: Names = None,
    data: Annotated[
        Optional[Path],
        typer.Option(help="Catalogue folder or file. Left out: the zoo's, else the sample."),
    ] = None,
    reader: Reader = None,
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
    accumulate: Annotated[int, typer.Option(help="Batches whose gradients make a step.")] = 1,
    hidden: Annotated[
        str, typer.Option(help="Widths of each head's dense layers, such as 1024,512,256.")
    ] = "512",
    dropout: Annotated[float, typer.Option(help="Of the heads' dense layers.")] = 0.2,
    networks: Annotated[
        str, typer.Option(help="shared (one for all attributes) or per-attribute.")
    ] = "shared",
    balance: Annotated[
        str, typer.Option(help="none, sampling (classes drawn equally often) or weights.")
    ] = "none",
    ema: Annotated[float, typer.Option(help="Decay of averaged weights, such as 0.999.")] = 0.0,
    metric: Annotated[
        float, typer.Option(help="Weight of the embedding's own loss beside the heads'; 0: none.")
    ] = 1.0,
    cutmix: Annotated[
        float, typer.Option(help="Chance of a step that mixes its pictures in pairs; 0: none.")
    ] = 0.0,
    layer_decay: Annotated[
        float, typer.Option(help="Rate of each layer as a share of the next one's.")
    ] = 1.0,
    epochs_frozen: Annotated[int, typer.Option(help="Epochs of the heads alone.")] = 5,
    epochs_unfrozen: Annotated[int, typer.Option(help="Most epochs of the whole network.")] = 7,
    patience: Annotated[
        Optional[int],
        typer.Option(
            help="Epochs at full size without a better validation before stopping. "
            "Left out: a third of them, at least 3."
        ),
    ] = None,
    label_smoothing: Annotated[
        float, typer.Option(help="Share of each label that is spread over all classes.")
    ] = 0.05,
    flip: Annotated[
        str, typer.Option(help="auto (mirrors, unless classes say left and right) or never.")
    ] = "auto",
    save_every: Annotated[float, typer.Option(help="Seconds at least between checkpoints.")] = 60.0,
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
    clean: Annotated[
        bool, typer.Option("--clean", help="Train on no tiny, blank or repeated picture.")
    ] = False,
    split: Annotated[
        Optional[str], typer.Option(help="train:val:test or train:test. Left out: as given.")
    ] = None,
    box_margin: Annotated[
        float, typer.Option(help="Around given boxes, as a share of their sides.")
    ] = 0.1,
    seed: Annotated[int, typer.Option()] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")] = "auto",
    runtime: RuntimeName = "auto",
    kind: IndexName = None,
    uri: IndexUri = None,
    track: Annotated[str, typer.Option(help="none, tensorboard or wandb.")] = "none",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with unfinished runs.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw unfinished runs away and begin again.")
    ] = False,
    folders: Plugins = None,
    strict: Strict = False,
) -> None:
    """Train, embed, index and evaluate backbones on one catalogue."""
    from zoo.catalog import CatalogSettings
    from zoo.plugins import load_plugins
    from zoo.training.settings import Settings

    if resume and restart:
        raise ZooError("--resume goes on and --restart begins again: give one of them")
    registry = load_plugins(folders or (), strict)
    chosen = registry.select(backbones or ())
    for failure in registry.failed:
        typer.echo(f"plugin kept apart: {failure.origin}: {failure.error}", err=True)
    selection = CatalogSettings(
        attributes=_split(attributes),
        categories=_split(categories),
        category_types=_split(category_type),
        min_per_class=min_per_class,
        cap_per_class=cap_per_class,
        clean=clean,
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
        hidden=_widths(hidden),
        save_every=save_every,
        dropout=dropout,
        networks=networks,
        balance=balance,
        accumulate=accumulate,
        patience=patience,
        label_smoothing=label_smoothing,
        flip=flip,
        ema=ema,
        metric=metric,
        cutmix=cutmix,
        layer_decay=layer_decay,
    )
    settings.require_weights()

    # These take seconds to import: what is asked wrongly is told before.
    from zoo import building, devices, redoing
    from zoo.backbones import check
    from zoo.features.accepted import check_name
    from zoo.indexing import Wish
    from zoo.pipeline import Means
    from zoo.processes import processes, together
    from zoo.training.tracking import make_progress

    means = Means(runtime, wish=Wish(kind, None, uri, registry.indexes))
    means.wish.kept({})  # says so when it cannot be, before anything is trained
    devices.choose(device, precision)
    check_name(runtime, device)
    for backbone in chosen:
        taken = check(backbone, image_size).size
        if image_size not in (None, taken):
            typer.echo(f"{backbone.name}: takes {taken} px, not {image_size} px", err=True)
    wanted = building.CatalogSource(data, reader, selection)
    zoo = runs or building.default_folder(wanted)
    if not processes().first:
        with together():
            building.follow(chosen, settings, zoo)
        return
    with (
        together(),
        building.sole_writer(zoo),
        closing(make_progress(zoo, [backbone.name for backbone in chosen], track)) as progress,
    ):
        if restart:
            building.discard_unfinished(zoo, chosen)
        if not resume:
            redoing.refuse_unfinished(zoo, chosen)
        redoing.refuse_behind(zoo, registry.backbones.values())
        catalog = building.prepare_catalog(wanted, zoo, progress)
        building.make_zoo(chosen, catalog, settings, zoo, progress, means)
    show_next(zoo, folders)


def _split(names: str | None) -> tuple[str, ...] | None:
    return tuple(n.strip() for n in names.split(",") if n.strip()) if names else None


def _widths(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise ZooError(f"hidden {text!r} is not widths such as 1024,512,256")
    return tuple(int(part) for part in parts)


def _batch_size(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdecimal():
        raise ZooError(f"batch-size {text!r} is neither auto nor a number")
    return int(text)
