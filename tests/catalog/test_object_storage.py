"""Catalogues in object storage: what readers make of a bucket is what they make of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pandas as pd
import pytest
from PIL import Image

from tests.conftest import PLUGINS, TINY
from tests.storage import BUCKET, assert_read_as_its_folder, s3_server, skewed_store, upload
from zoo import addresses
from zoo.building import make_zoo
from zoo.catalog import load_catalog, read_catalog
from zoo.catalog.change import synchronisation
from zoo.catalog.readers import listing_name, read_listing
from zoo.compare import open_zoo
from zoo.errors import CatalogError, PictureError, ZooError
from zoo.pictures import MAX_BYTES, read_bytes
from zoo.plugins import load_plugins
from zoo.progress import Silence

AT = f"s3://{BUCKET}/shapes"


@pytest.fixture(scope="module", autouse=True)
def server(local: Path) -> Iterator[str]:
    with s3_server() as address:
        upload(local.parent, "shapes")
        yield address


def put(key: str, body: bytes = b"") -> None:
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def test_an_address_is_a_path_that_keeps_its_scheme(tmp_path: Path) -> None:
    address = addresses.located(Path("s3://bucket/a/b.csv"))
    assert str(address.parent / "c.jpg") == "s3://bucket/a/c.jpg"
    assert address.absolute() == address
    assert addresses.located(tmp_path.as_uri()) == tmp_path
    for path in (tmp_path, address / str(tmp_path), addresses.located("C:/shapes")):
        assert not addresses.is_address(path)


@pytest.mark.parametrize("data", [AT, f"{AT}/labels.csv"])
def test_a_bucket_is_read_as_its_folder_is(data: str, local: Path) -> None:
    assert_read_as_its_folder(data, AT, local)
    assert listing_name(Path(data)) == data.rsplit("/", 1)[1].removesuffix(".csv")


def test_a_zoo_is_trained_saved_and_opened_on_a_bucket(local: Path, tmp_path: Path) -> None:
    catalog, _ = read_catalog(Path(AT))
    catalog.save(tmp_path)
    again = load_catalog(tmp_path)
    assert (again.root, again.fingerprint()) == (catalog.root, catalog.fingerprint())
    backbones = load_plugins([PLUGINS]).select(["tiny_a"])
    make_zoo(backbones, again, replace(TINY, epochs_unfrozen=1), tmp_path, Silence())
    zoo = open_zoo(tmp_path, [PLUGINS])
    assert len(zoo.run("tiny_a").embeddings) == len(catalog)
    (local.parent / "new.png").write_bytes(read_bytes(catalog.path(0)))
    assert not synchronisation(again).is_one
    first = str(catalog.table["path"].iat[0])
    boto3.client("s3").delete_object(Bucket=BUCKET, Key=f"shapes/{first}")
    try:
        assert synchronisation(again).removed == 1
        with pytest.raises(PictureError, match=rf"{AT}/{first}: no such file"):
            read_bytes(catalog.path(0))
    finally:
        put(f"shapes/{first}", (local.parent / first).read_bytes())


def test_other_objects_in_a_bucket_are_found_and_left_out(tmp_path: Path) -> None:
    picture = tmp_path / "shape.png"
    Image.new("RGB", (16, 16), "red").save(picture)
    for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
        put(f"mixed/{name}", picture.read_bytes())
    for name in ("a/movie.mp4", "README.md", "a/../../1.png", "b//1.png", "a/1.png/x.png", "b/"):
        put(f"mixed/{name}")
    listing = read_listing(Path(f"s3://{BUCKET}/mixed"))
    assert sorted(listing.rows["path"]) == ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]
    found = pd.Series([f.kind for f in listing.findings]).value_counts().to_dict()
    assert found == {"object left out": 3, "file is not a picture": 2}
    assert not list(tmp_path.parent.glob("1.png"))


def test_what_cannot_be_read_is_said_in_one_line(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CatalogError, match=rf"s3://{BUCKET}/nowhere: the folder is empty"):
        read_listing(Path(f"s3://{BUCKET}/nowhere"))
    with pytest.raises(ZooError, match=r"s3://no-such-bucket"):
        read_listing(Path("s3://no-such-bucket/a"))
    with pytest.raises(CatalogError, match=r"strange:// is no storage that fsspec knows"):
        read_listing(Path("strange://a/b"))
    put("large.png", bytes(MAX_BYTES + 2))
    with pytest.raises(PictureError, match=r"large\.png: over the limit of"):
        read_bytes(addresses.located(f"s3://{BUCKET}/large.png"))
    with skewed_store() as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", store)
        addresses._system.cache_clear()
        with pytest.raises(ZooError, match=r"clock is not that of the store; set it"):
            read_bytes(addresses.located(f"{AT}/images/red-disc-000.png"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    addresses._system.cache_clear()
    with pytest.raises(ZooError, match=r"cannot be read: .*credentials") as caught:
        read_bytes(addresses.located(f"{AT}/images/red-disc-000.png"))
    assert not isinstance(caught.value, PictureError)  # or a catalogue would leave it out
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    addresses._system.cache_clear()
