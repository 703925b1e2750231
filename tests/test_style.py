"""Style profiles: what they recommend, what is kept of them, and after another training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import draw_shape
from zoo.compare import Tags, Zoo
from zoo.errors import ZooError
from zoo.pictures import digest
from zoo.search.ask import Ask
from zoo.style import (
    Profile,
    current,
    from_json,
    histogram,
    items_of_files,
    profile_of,
    profile_of_items,
    recommend_for,
    to_json,
)


@pytest.fixture
def uploads(tmp_path: Path) -> list[Path]:
    paths = []
    for number in range(5):
        paths.append(tmp_path / f"{number}.png")
        draw_shape("red" if number else "blue", "disc", 700 + number).save(paths[-1])
    return paths


def looked(zoo: Zoo, paths: list[Path]) -> Profile:
    (seen,) = zoo.look(paths, "tiny_a")
    digests = [digest(path.read_bytes()) for path in paths]
    tags = zoo.tags_of([path.name for path in paths], seen.features)  # type: ignore[union-attr]
    return profile_of(zoo.run("tiny_a"), tags, items_of_files(zoo, digests), seen.features)  # type: ignore[union-attr]


@pytest.mark.parametrize("alpha", [1.0, 0.4])
def test_a_profile_recommends_as_the_query_of_its_pictures(
    zoo: Zoo, uploads: list[Path], alpha: float
) -> None:
    ask = Ask(top=6, alpha=alpha)
    query = {path.name: path.read_bytes() for path in uploads}
    expected = zoo.recommend(query, ask, ["tiny_a"])["tiny_a"].answer.items
    profile = looked(zoo, uploads)
    for one in (profile, from_json(json.loads(json.dumps(to_json(profile))))):
        found = recommend_for(zoo, one, ask).items
        assert [i.row for i in found] == [i.row for i in expected]
        assert [i.match for i in found] == [i.match for i in expected]
        assert found[0].score == pytest.approx(expected[0].score, abs=1e-3)


def test_items_of_the_catalogue_are_left_out_of_what_fits_them(zoo: Zoo) -> None:
    ids = zoo.catalog.table["item_id"].astype(str).tolist()[:4]
    profile = profile_of_items(zoo, ids, "tiny_b")
    found = recommend_for(zoo, profile, Ask(top=5)).items
    expected = zoo.recommend_items([0, 1, 2, 3], Ask(top=5), ["tiny_b"])["tiny_b"].answer.items
    assert [i.row for i in found] == [i.row for i in expected]
    assert not {i.row for i in found} & {0, 1, 2, 3}


def test_an_upload_that_is_a_file_of_the_catalogue_is_known(zoo: Zoo, uploads: list[Path]) -> None:
    known = zoo.catalog.path(7)
    assert looked(zoo, [uploads[0], known]).items == ("", zoo.catalog.table["item_id"].iat[7])


def test_after_another_training_only_items_can_be_looked_up(zoo: Zoo, uploads: list[Path]) -> None:
    stale = replace(looked(zoo, uploads), model="of another training")
    with pytest.raises(ZooError, match="trained anew since this profile was made"):
        current(zoo, stale)
    with pytest.raises(ZooError, match="another training of backbone 'tiny_a'"):
        recommend_for(zoo, stale, Ask())
    ids = zoo.catalog.table["item_id"].astype(str).tolist()[:3]
    fresh = profile_of_items(zoo, ids, "tiny_a")
    assert current(zoo, fresh) is fresh
    old = replace(fresh, model="of another training", embedding=-fresh.embedding)
    np.testing.assert_array_equal(current(zoo, old).embedding, fresh.embedding)


def test_bars_count_classes_and_those_that_are_unsure() -> None:
    tags = [
        Tags(str(number), {"colour": (value, chance)}, {"style": [("plain", 0.9), ("retro", 0.6)]})
        for number, (value, chance) in enumerate((("red", 0.9), ("blue", 0.8), ("red", 0.4)))
    ]
    bars = histogram(tags, "colour", 0.5)
    assert [(b.value, b.count, b.unsure) for b in bars] == [("red", 2, 1), ("blue", 1, 0)]
    assert histogram(tags, "colour", 0.3)[0].unsure == 0
    assert [(b.value, b.unsure) for b in histogram(tags, "style", 0.7)] == [
        ("plain", 0),
        ("retro", 3),
    ]


def damaged(part: str, value: Any) -> dict[str, Any]:
    good: dict[str, Any] = {
        "backbone": "a", "model": "b", "embedding": [1.0],
        "pictures": [{"name": "x", "item": "", "attributes": {"colour": ["red", 1]}, "multis": {}}],
    }  # fmt: skip
    assert from_json(good).tags[0].attributes == {"colour": ("red", 1.0)}
    return {**good, part: value}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("embedding", []),
        ("embedding", [[1.0]]),
        ("embedding", ["x"]),
        ("embedding", [float("nan")]),
        ("embedding", [10**400]),
        ("pictures", []),
        ("pictures", [{}]),
        ("pictures", [{}] * 201),
        ("pictures", None),
    ],
)
def test_a_damaged_profile_is_one_line(part: str, value: Any) -> None:
    with pytest.raises(ZooError, match="remove it and keep it anew"):
        from_json(damaged(part, value))
