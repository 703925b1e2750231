"""`zoo recommend`, `zoo sample` and `zoo evaluate`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.typed import as_json, run, told


def test_recommend_shape(at: tuple[object, ...], queries: Path) -> None:
    report = as_json("recommend", queries / "0.png", "--top", 3, "--where", "colour=red", *at)
    assert report["queries"] == [str(queries / "0.png")]
    assert sorted(report["results"]) == ["tiny_a", "tiny_b"]
    result = report["results"]["tiny_a"]
    assert isinstance(result["latency_ms"], float)
    assert result["approximate"] is False
    assert [item["rank"] for item in result["items"]] == [1, 2, 3]
    item = result["items"][0]
    assert {"item_id", "path", "similarity", "match", "match_of", "score"} <= set(item)
    assert set(item["matched"]) | set(item["unmatched"]) == {"category", "colour"}
    assert item["match_of"] == 2
    assert Path(item["path"]).is_file()
    assert item["attributes"]["colour"] == {"class": "red", "predicted": False}


def test_that_nothing_is_found_is_said(at: tuple[object, ...], queries: Path) -> None:
    query = ("recommend", queries / "0.png", "--backbone", "tiny_a", *at)
    (tags,) = as_json(*query)["results"]["tiny_a"]["predicted"]
    other = {"disc": "square", "square": "disc"}[tags["attributes"]["category"]["class"]]
    done = run(*query, "--same-category", "--where", f"category={other}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("no item is of all that is asked for")


def test_recommend_for_several_and_its_sheet(
    at: tuple[object, ...], queries: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.png"
    done = run(
        "recommend", queries / "0.png", queries / "1.png", "--backbone", "tiny_a", "--alpha", "0.5",
        "--same-category", "--exact", "--diversity", "0.3", "--near-duplicates", "--sheet", sheet,
        *at,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "of 4" in done.stdout
    text = sheet.with_suffix(".txt")
    assert "a sheet is a PNG; name it" in told(
        "recommend", *queries.glob("0.png"), "--sheet", text, *at
    )
    assert not text.exists()
    with Image.open(sheet) as image:
        assert image.width > 600


def test_an_exact_copy_is_found(at: tuple[object, ...], shapes: Path) -> None:
    picture = shapes.parent / "images" / "green-disc-003.png"
    for result in as_json("recommend", picture, *at)["results"].values():
        assert result["items"][0]["exact_copy"] is True
        assert result["items"][0]["path"].endswith("green-disc-003.png")
        assert not any(item["exact_copy"] for item in result["items"][1:])


def test_sample_draws_a_sheet(at: tuple[object, ...], tmp_path: Path) -> None:
    sheets = []
    for seed in (0, 0, 1):
        sheets.append(tmp_path / f"{len(sheets)}.png")
        done = run("sample", "--sheet", sheets[-1], "--seed", seed, "--top", 2, *at)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().endswith("2 queries, 2 backbones")
    first, again, other = (path.read_bytes() for path in sheets)
    assert first == again != other
    done = run("sample", "--sheet", sheets[0], "--limit", 1, "--backbone", "tiny_a", *at)
    assert done.stdout.strip().endswith("1 query, 1 backbone")


def test_evaluate_shape(at: tuple[object, ...]) -> None:
    report = as_json("evaluate", *at)
    scores = report["backbones"]["tiny_a"]
    for part in ("accuracy", "top3", "macro_f1", "majority"):
        assert set(scores[part]) == {"category", "colour"}
    metrics = {"attribute_match@5", "recall@1", "recall@5", "recall@10", "map@10"}
    assert metrics <= set(scores["retrieval"])
    assert {"recall@10", "query_ms", "build_s", "bytes"} <= set(scores["index"])
    assert scores["images_per_s"] > 0
    assert metrics <= set(report["baselines"]["random"]["retrieval"])
    assert metrics <= set(report["baselines"]["pixels"]["retrieval"])
    assert report["catalog"]["disagreement"]["colour"]["pairs"] == 1
    text = run("evaluate", "tiny_a", *at).stdout
    assert "true labels only" in text
    assert "tiny_a, blend 0.8" in text
    assert "only 36 queries" in text
    assert "be right on more of them (1 pair, a small number)" in text
