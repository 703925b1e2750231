"""`zoo tag`, `zoo count` and `zoo features`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.typed import as_json, run, told


def test_tag_shape_and_csv(at: tuple[object, ...], queries: Path, tmp_path: Path) -> None:
    report = as_json("tag", queries, *at)
    assert [p["path"] for p in report["pictures"]] == [str(queries / f"{n}.png") for n in range(3)]
    assert set(report["pictures"][0]["attributes"]["colour"]) == {"class", "confidence"}
    (skipped,) = report["skipped"]
    assert "not a picture" in skipped["reason"]
    out = tmp_path / "tags.csv"
    assert run("tag", queries, "--backbone", "tiny_b", "--out", out, *at).returncode == 0
    header, *rows = out.read_text().splitlines()
    assert header == "path,category,category_confidence,colour,colour_confidence"
    assert len(rows) == 3


def test_tag_writes_a_csv_and_a_document(
    at: tuple[object, ...], queries: Path, tmp_path: Path
) -> None:
    report = as_json("tag", queries, "--out", tmp_path / "tags.csv", *at)
    assert len(report["pictures"]) == 3
    assert len((tmp_path / "tags.csv").read_text().splitlines()) == 1 + 3


def test_tag_of_a_csv_keeps_its_rows(at: tuple[object, ...], queries: Path) -> None:
    table = queries.parent / "wardrobe.csv"
    table.write_text(f"sku,path\n3,{queries.name}/2.png\n1,{queries.name}/text.jpg\n")
    done = run("tag", table, *at)
    assert done.returncode == 0, done.stderr
    header, first, second = done.stdout.splitlines()
    assert header == "sku,path,category,category_confidence,colour,colour_confidence"
    assert first.startswith(f"3,{queries.name}/2.png,disc,")
    assert second == f"1,{queries.name}/text.jpg,,,,"
    assert "not a picture" in done.stderr
    assert as_json("count", table, "--attribute", "category", *at)["counts"] == [
        {"class": "disc", "count": 1}
    ]


def test_count_shape(at: tuple[object, ...], queries: Path) -> None:
    report = as_json("count", queries, "--attribute", "colour", "--top", 1, *at)
    assert report["attribute"] == "colour"
    assert report["counts"] == [{"class": "red", "count": 2}]
    assert len(report["skipped"]) == 1


def test_features_shape_and_file(at: tuple[object, ...], queries: Path, tmp_path: Path) -> None:
    out = tmp_path / "features.npz"
    report = as_json("features", queries, "--backbone", "tiny_b", "--out", out, *at)
    assert {"backbone", "file", "pictures", "dimension", "skipped"} <= set(report)
    assert (report["backbone"], report["pictures"], report["dimension"]) == ("tiny_b", 3, 24)
    assert len(report["skipped"]) == 1
    with np.load(out, allow_pickle=False) as data:
        assert data["embedding"].shape == (3, 24)
    assert "no picture in it can be used" in told(
        "features", queries / "text.jpg", "--out", tmp_path / "none.npz", *at
    )


def test_nothing_that_can_be_used_is_a_failure(
    at: tuple[object, ...], queries: Path, tmp_path: Path
) -> None:
    text, out = queries / "text.jpg", tmp_path / "f.npz"
    for command in (("tag",), ("count",), ("features", "--out", out)):
        assert "no picture in it can be used; the first: " in told(*command, text, *at)
    assert not out.exists()


def test_arrays_are_not_named_as_another_kind_of_file(
    at: tuple[object, ...], queries: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "f.csv"
    for command in (("features", queries), ("vectors",)):
        assert told(*command, "--out", wrong, *at).endswith(f"name it {tmp_path / 'f.npz'}")
    assert not wrong.exists()
