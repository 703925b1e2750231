"""A contact sheet: query pictures and each backbone's items as one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from zoo.compare import Result, Zoo
from zoo.errors import PictureError, ZooError
from zoo.files import written_whole
from zoo.pictures import decode, open_picture

TILE, MARGIN, LINE = 160, 12, 18  # pixels
ROW = LINE + TILE + 2 * LINE + MARGIN
INK, QUIET, PAPER, GREEN, MISSING = "#1f2430", "#5b6270", "white", "#1a7f4b", "#e9ecef"
SMALL = 12  # of the letters under pictures


@dataclass(frozen=True)
class Block:
    """One query and what each backbone answers: a row per backbone."""

    caption: str  # under the query
    query: Image.Image
    results: Mapping[str, Result]


def contact_sheet(
    zoo: Zoo, pictures: Mapping[str, bytes], results: Mapping[str, Result], path: Path
) -> None:
    """Write a PNG: a row per backbone, the (first) query first, then its items by rank."""
    query = decode(next(iter(pictures.values())), at_least=TILE)
    write_sheet(zoo, [Block("query", query, results)], path)


def write_sheet(zoo: Zoo, blocks: Sequence[Block], path: Path) -> None:
    """Write a PNG of one block below the other; ZooError for a file of another name."""
    if path.suffix.lower() != ".png":
        raise ZooError(f"{path}: a sheet is a PNG; name it {path.with_suffix('.png')}")
    most = max(len(r.answer.items) for block in blocks for r in block.results.values())
    rows = sum(len(block.results) for block in blocks)
    width = MARGIN + (1 + most) * (TILE + MARGIN)
    sheet = Image.new("RGB", (width, MARGIN + ROW * rows), PAPER)
    draw = ImageDraw.Draw(sheet)
    top = MARGIN
    for block in blocks:
        for name, result in block.results.items():
            draw.text((MARGIN, top), zoo.runs[name].backbone.title, INK, _font(14))
            _tile(sheet, draw, block.query, MARGIN, top + LINE, block.caption, INK)
            _items(sheet, draw, zoo, result, top + LINE)
            top += ROW
    with written_whole(path) as partial:
        sheet.save(partial, "PNG")


def _items(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, zoo: Zoo, result: Result, top: int
) -> None:
    for column, item in enumerate(result.answer.items, start=1):
        picture = _picture(zoo.catalog.path(item.row))
        left = MARGIN + column * (TILE + MARGIN)
        text = f"{item.rank}. {item.similarity:.2f}  match {item.match} of {item.match_of}"
        colour = GREEN if item.match == item.match_of else INK
        _tile(sheet, draw, picture, left, top, text, colour)
        name = _fitting(draw, zoo.catalog.name_of(item.row))
        draw.text((left, top + TILE + 1 + LINE), name, QUIET, _font(SMALL))


def _picture(path: Path) -> Image.Image:
    """The picture of an item; one that cannot be read any more says so in its place."""
    try:
        return open_picture(path, at_least=TILE)
    except PictureError:
        missing = Image.new("RGB", (TILE, TILE), MISSING)
        draw = ImageDraw.Draw(missing)
        draw.text((TILE / 2, TILE / 2), "cannot be read", INK, _font(SMALL), anchor="mm")
        return missing


def _tile(
    sheet: Image.Image,
    draw: ImageDraw.ImageDraw,
    picture: Image.Image,
    left: int,
    top: int,
    text: str,
    colour: str,
) -> None:
    sheet.paste(ImageOps.pad(picture, (TILE, TILE), color=PAPER), (left, top))
    draw.text((left, top + TILE + 3), text, colour, _font(SMALL))


def _fitting(draw: ImageDraw.ImageDraw, text: str) -> str:
    """As much of a name as there is room for in a line under a picture."""
    text = " ".join(text.split())
    if draw.textlength(text, _font(SMALL)) <= TILE:
        return text
    while text and draw.textlength(f"{text}…", _font(SMALL)) > TILE:
        text = text[:-1]
    return f"{text}…"


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
