"""Small pictures for the page, made once; nothing else of the catalogue is ever served."""

from __future__ import annotations

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from PIL import Image, ImageOps

from zoo.catalog import Catalog
from zoo.errors import PictureError, ZooError
from zoo.files import written_whole
from zoo.pictures import decode, open_picture

SIDE = 224  # pixels of the longer side
ROUTE = "/gradio_api/file="


class Thumbnails:
    """WebP files named by the content of their picture, in a folder that holds nothing else."""

    def __init__(self, folder: Path) -> None:
        # Where a link leads now: what is served is decided when the page starts.
        self.folder = folder.resolve()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ZooError(
                f"thumbnails cannot be kept in {folder} ({error.strerror}); name a folder for "
                "them with --cache"
            ) from error
        self._pool = ThreadPoolExecutor(4)

    def urls(self, catalog: Catalog, rows: list[int]) -> dict[int, str]:
        """Where the page finds the picture of each row; "" for one that cannot be read."""
        wanted = list(dict.fromkeys(rows))
        return dict(
            zip(wanted, self._pool.map(lambda row: self._url(catalog, row), wanted), strict=True)
        )

    def _url(self, catalog: Catalog, row: int) -> str:
        path = self.folder / f"{catalog.table['sha256'].iat[row]}.webp"
        if not path.is_file():
            try:
                picture = _shrink(open_picture(catalog.path(row), at_least=SIDE))
            except PictureError:
                return ""
            try:
                with written_whole(path, parents=False) as partial:
                    picture.save(partial, "WEBP", quality=82)
            except ZooError:  # no room, or the zoo is being swapped: sent within the page
                return data_address(picture)
        return ROUTE + quote(str(path))


def inline(data: bytes, side: int = SIDE) -> str:
    """An uploaded picture as a data address, so that no upload is ever served as a file."""
    return data_address(_shrink(decode(data, at_least=side), side))


def data_address(picture: Image.Image) -> str:
    """A picture within the page itself."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()


def _shrink(picture: Image.Image, side: int = SIDE) -> Image.Image:
    return ImageOps.contain(picture, (side, side)) if max(picture.size) > side else picture
