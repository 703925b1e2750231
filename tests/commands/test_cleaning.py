"""`zoo clean`."""

from __future__ import annotations

from pathlib import Path

from tests.typed import as_json, run, told


def test_clean_shape_and_files(at: tuple[object, ...], shapes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = as_json(
        "clean", "--data", shapes, "--reader", "csv", "--limit", 200, "--out", out,
        "--backbone", "tiny_b", *at,
    )  # fmt: skip
    assert {"catalog", "listed", "usable", "findings", "disagreement"} <= set(report)
    assert (report["listed"], report["usable"]) == (200, 200)
    assert set(report["disagreement"]["colour"]) == {"pairs", "disagree", "share", "ceiling", "few"}
    assert report["notes"] == ["outliers are tiny_b's; not in that zoo: 0 pictures"]
    assert Path(report["html"]).is_file()
    assert len(Path(report["csv"]).read_text().splitlines()) == 1 + sum(report["findings"].values())


def test_clean_without_a_zoo_says_what_it_left(shapes: Path, tmp_path: Path) -> None:
    done = run("clean", "--data", shapes, "--limit", 20, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "20 of 20 pictures can be used" in done.stdout
    assert "colour: no pair to compare" in done.stdout
    assert "--runs" in done.stdout
    assert (tmp_path / "cleaning/labels/cleaning.html").is_file()
    assert "no such file" in told("clean", "--data", tmp_path / "nothing")
    assert run("clean").returncode == 2
