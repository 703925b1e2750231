"""Recommendations for a table of pictures, each by itself."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.conftest import PLUGINS, draw_shape
from tests.typed import as_json, run, told
from zoo.compare import Zoo
from zoo.outputs.recommendations import COLUMNS, header
from zoo.search.ask import Ask


@pytest.fixture
def at(zoo_folder: Path) -> tuple[object, ...]:
    return ("--runs", zoo_folder, "--plugins", PLUGINS)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two rows of one picture around one that is none and one that is missing."""
    for name, colour in (("a", "red"), ("b", "blue")):
        draw_shape(colour, "square", 800).save(tmp_path / f"{name}.png")
    (tmp_path / "bad.png").write_text("no picture")
    rows = ["path,title", "a.png,first", "bad.png,", "b.png,", "gone.png,", "a.png,again"]
    (tmp_path / "wardrobe.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "wardrobe.csv"


def rows_in(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_column_of_the_table_is_never_touched() -> None:
    assert header(("sku", "path")) == ["sku", "path", *COLUMNS]
    assert header(("title", "rank"))[:2] == ["title", "rank"]
    assert {"recommended_title", "recommended_rank"} < set(header(("title", "rank")))


def test_each_row_is_a_query_by_itself(at: tuple[object, ...], table: Path, zoo: Zoo) -> None:
    out = table.parent / "out.csv"
    report = as_json("recommend", table, "--top", 3, "--out", out, *at)
    assert (report["file"], report["rows"]) == (str(out), 2 * 3 * 3)
    assert report["backbones"] == ["tiny_a", "tiny_b"]
    assert [Path(s["path"]).name for s in report["skipped"]] == ["bad.png", "gone.png"]
    rows = rows_in(out.read_text())
    assert [r["path"] for r in rows[:9:3]] == ["a.png", "b.png", "a.png"]
    assert [r["title"] for r in rows[:9:3]] == ["first", "", "again"]
    assert [r["rank"] for r in rows[:3]] == ["1", "2", "3"]
    picture = table.parent / "b.png"
    expected = zoo.recommend({"b": picture.read_bytes()}, Ask(top=3), ["tiny_b"])["tiny_b"]
    found = [r for r in rows if (r["backbone"], r["path"]) == ("tiny_b", "b.png")]
    ids = zoo.catalog.table["item_id"].astype(str)
    assert [r["item_id"] for r in found] == [ids.iat[i.row] for i in expected.answer.items]
    assert [r["recommended_title"] for r in found] == [
        zoo.catalog.table["title"].iat[i.row] for i in expected.answer.items
    ]


def test_a_folder_to_stdout_and_what_was_skipped(at: tuple[object, ...], table: Path) -> None:
    done = run("recommend", table.parent, "--backbone", "tiny_a", "--top", 2, *at)
    assert done.returncode == 0, done.stderr
    assert len(rows_in(done.stdout)) == 4
    assert "skipped" in done.stderr
    assert done.stderr.strip().endswith("4 rows; 1 of 3 pictures skipped")


def test_an_exact_copy_is_marked(at: tuple[object, ...], zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"path\n{zoo.catalog.path(5)}\n")
    done = run("recommend", tmp_path / "t.csv", "--backbone", "tiny_a", "--top", 2, *at)
    assert [r["exact_copy"] for r in rows_in(done.stdout)] == ["yes", ""]


def test_what_cannot_be_is_one_line_and_leaves_no_file(
    at: tuple[object, ...], table: Path, tmp_path: Path
) -> None:
    picture, out = table.parent / "a.png", tmp_path / "none.csv"
    (tmp_path / "bad.csv").write_text("path\nbad.png\n")
    line = told("recommend", tmp_path / "bad.csv", "--out", out, *at)
    assert "no picture in it can be used" in line
    assert not out.exists()
    assert "given alone" in told("recommend", table, picture, *at)
    assert "without --sheet" in told("recommend", table, "--sheet", tmp_path / "s.png", *at)
    assert "name a file with --out" in told("recommend", table, "--json", *at)
    assert "--out is for a folder or CSV" in told("recommend", picture, "--out", out, *at)
