"""Catalogues in Google Cloud Storage, by an emulator of it on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gcp_storage_emulator.server import create_server

from tests.conftest import PLUGINS, TINY
from tests.ports import free_port
from tests.storage import assert_read_as_its_folder
from zoo import addresses
from zoo.building import make_zoo
from zoo.catalog import read_catalog
from zoo.compare import open_zoo
from zoo.errors import CatalogError, PictureError
from zoo.pictures import read_bytes
from zoo.plugins import load_plugins
from zoo.progress import Silence

BUCKET = "fashion"
AT = f"gs://{BUCKET}/shapes"


@pytest.fixture(scope="module", autouse=True)
def bucket(local: Path) -> Iterator[None]:
    port = free_port()
    server = create_server("127.0.0.1", port, in_memory=True, default_bucket=BUCKET)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        # Else it asks for credentials to find out which kind of bucket it is.
        patch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
        addresses._system.cache_clear()
        stored = addresses._system("gs")
        for path in local.parent.rglob("*"):
            if path.is_file():
                key = f"{BUCKET}/shapes/{path.relative_to(local.parent).as_posix()}"
                stored.pipe_file(key, path.read_bytes())
        yield
    addresses._system.cache_clear()
    server.stop()


@pytest.mark.parametrize("data", [AT, f"{AT}/labels.csv"])
def test_a_bucket_is_read_as_its_folder_is(data: str, local: Path) -> None:
    assert_read_as_its_folder(data, AT, local)


def test_a_zoo_is_trained_on_a_bucket(tmp_path: Path) -> None:
    catalog, _ = read_catalog(Path(AT))
    catalog.save(tmp_path)
    backbones = load_plugins([PLUGINS]).select(["tiny_a"])
    make_zoo(backbones, catalog, replace(TINY, epochs_unfrozen=1), tmp_path, Silence())
    assert len(open_zoo(tmp_path, [PLUGINS]).run("tiny_a").embeddings) == len(catalog)


def test_what_is_not_there_is_said_in_one_line() -> None:
    with pytest.raises(CatalogError, match=rf"gs://{BUCKET}/nowhere: the folder is empty"):
        read_catalog(Path(f"gs://{BUCKET}/nowhere"))
    with pytest.raises(PictureError, match=rf"{AT}/none.png: no such file"):
        read_bytes(addresses.located(f"{AT}/none.png"))
