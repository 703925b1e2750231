from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from zoo.building import CatalogSource, prepare_catalog
from zoo.catalog import build_catalog
from zoo.catalog.listing import Finding, unpacked
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError
from zoo.progress import Progress

datasets = pytest.importorskip("datasets")


def encoded(number: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (number * 5 % 256, 100, 50)).save(file, "PNG")
    return file.getvalue()


def part(count: int, first: int = 0) -> object:
    """Pictures as bytes, a class label, a list of labels, texts and numbers."""
    kinds = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["coat", "dress"]),
            "style": datasets.Sequence(datasets.ClassLabel(names=["boho", "prep"])),
            "tone": datasets.Value("string"),
            "price": datasets.Value("int64"),
            "title": datasets.Value("string"),
        }
    )
    numbers = range(first, first + count)
    columns = {
        "image": [{"bytes": encoded(n), "path": None} for n in numbers],
        "label": [n % 2 for n in numbers],
        "style": [[[0], [0, 1], [], [1]][n % 4] for n in numbers],
        "tone": [["warm", "cold", None][n % 3] for n in numbers],
        "price": [n % 2 * 10 for n in numbers],
        "title": [f"Item {n}" for n in numbers],
    }
    return datasets.Dataset.from_dict(columns, features=kinds)


def saved(folder: Path, **parts: object) -> Path:
    datasets.DatasetDict(parts).save_to_disk(str(folder))
    return folder


def test_splits_and_labels(tmp_path: Path) -> None:
    listing = read_listing(saved(tmp_path / "shop", train=part(8), test=part(4, 8)))
    assert (listing.reader, listing.name) == ("datasets", "shop")
    assert listing.attributes == ("label", "style", "tone")
    assert (listing.multis, listing.key) == ({"style"}, ())
    rows = listing.rows
    assert rows["item_id"].tolist()[::8] == ["train-00000000", "test-00000000"]
    assert rows["split"].tolist() == ["train"] * 8 + ["test"] * 4
    assert rows["label"].tolist() == ["coat", "dress"] * 6
    assert rows["style"].tolist()[:4] == [["boho"], ["boho", "prep"], [], ["prep"]]
    assert rows["tone"].isna().tolist() == [False, False, True] * 4
    assert rows["title"][0] == "Item 0"
    assert [f.subject for f in listing.findings] == ["price"]


def test_the_parquet_files_of_a_hub_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    data = tmp_path / "shop" / "data"
    data.mkdir(parents=True)
    part(8).to_parquet(data / "train-00000-of-00002.parquet")  # type: ignore[attr-defined]
    part(4, 8).to_parquet(data / "train-00001-of-00002.parquet")  # type: ignore[attr-defined]
    part(4, 12).to_parquet(data / "test-00000-of-00001.parquet")  # type: ignore[attr-defined]
    (tmp_path / "shop" / "README.md").write_text("# Shop")
    listing = read_listing(tmp_path / "shop")
    assert (listing.reader, listing.attributes) == ("datasets", ("label", "style", "tone"))
    assert listing.rows["split"].tolist() == ["test"] * 4 + ["train"] * 12
    assert listing.rows["title"].tolist()[::4] == ["Item 12", "Item 0", "Item 4", "Item 8"]
    written = unpacked(listing, tmp_path / "pictures")
    assert (written.root / written.rows["path"][15]).read_bytes() == encoded(11)


def test_pictures_are_written_once(tmp_path: Path) -> None:
    listing = read_listing(saved(tmp_path / "shop", train=part(8)))
    with pytest.raises(CatalogError, match="its pictures are bytes; write them to a folder first"):
        build_catalog(listing)
    written = unpacked(listing, tmp_path / "pictures")
    first = written.root / written.rows["path"][0]
    assert first.read_bytes() == encoded(0)
    before = first.stat().st_mtime_ns
    unpacked(listing, tmp_path / "pictures")
    assert first.stat().st_mtime_ns == before


def test_a_zoo_keeps_the_pictures(tmp_path: Path) -> None:
    data = saved(tmp_path / "shop", train=part(48))
    catalog = prepare_catalog(CatalogSource(data), tmp_path / "zoo", Progress())
    assert len(catalog) == 48
    assert catalog.root == tmp_path / "zoo" / "pictures"
    assert all(path.is_file() for path in catalog.paths())


def test_a_dataset_without_splits_and_with_empty_rows(tmp_path: Path) -> None:
    images = [{"bytes": encoded(1), "path": None}, None, {"bytes": encoded(2), "path": None}]
    kinds = datasets.Features({"photo": datasets.Image(), "tone": datasets.Value("string")})
    table = {"photo": images, "tone": ["warm", "cold", "warm"]}
    whole = datasets.Dataset.from_dict(table, features=kinds)
    whole.save_to_disk(str(tmp_path / "d"))
    listing = read_listing(tmp_path / "d")
    assert "split" not in listing.rows
    assert listing.rows["item_id"].tolist() == ["row-00000000", "row-00000002"]
    detail = "neither bytes nor a file in the dataset"
    assert [f for f in listing.findings if f.kind == "row without picture"] == [
        Finding("row without picture", "row-00000001", detail)
    ]


def test_parquet_files_that_are_missing_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    part(8).to_parquet(tmp_path / "train-00001-of-00003.parquet")  # type: ignore[attr-defined]
    part(4, 8).to_parquet(tmp_path / "test-00000-of-00001.parquet")  # type: ignore[attr-defined]
    listing = read_listing(tmp_path)
    assert len(listing.rows) == 12
    assert listing.findings[0] == Finding("files not there", "train", "1 of 3 Parquet files")


def test_two_parts_of_one_split_are_not_taken_for_each_other(tmp_path: Path) -> None:
    both = saved(tmp_path / "d", train=part(8), valid=part(4, 8), validation=part(4, 12))
    with pytest.raises(CatalogError, match="'valid' and 'validation' are both val; join them"):
        read_listing(both)


def test_broken_datasets_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="unknown split 'extra'; known: train"):
        read_listing(saved(tmp_path / "a", extra=part(2)))
    plain = datasets.Dataset.from_dict({"tone": ["warm"]})
    with pytest.raises(CatalogError, match="expected one column of pictures, found none among to"):
        read_listing(saved(tmp_path / "b", train=plain))
    broken = saved(tmp_path / "c", train=part(2))
    (broken / "train" / "state.json").unlink()
    with pytest.raises(CatalogError, match="c: the dataset cannot be opened") as caught:
        read_listing(broken)
    assert "\n" not in str(caught.value)


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(tmp_path / "shop", train=part(2))
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(CatalogError, match=r"pip install 'fashion-model-zoo\[datasets\]'$"):
        read_listing(data)
