"""Asking again about a picture does not run a network again."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np

from tests.conftest import draw_shape
from zoo.compare import Zoo
from zoo.features.encoder import Encoder, Features
from zoo.remembered import Remembered
from zoo.runs import Run
from zoo.search.ask import Ask


class Counted:
    """An encoder, and how many pictures each of its forwards had."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.forwards = encoder, list[int]()

    def __call__(self, pixels: np.ndarray) -> Features:
        self.forwards.append(len(pixels))
        return self.encoder(pixels)


def counted(run: Run) -> list[int]:
    """The forwards of that run from now on."""
    counter = Counted(run.encoder)
    vars(run)["encoder"] = counter
    return counter.forwards


def picture(colour: str, number: int) -> bytes:
    out = io.BytesIO()
    draw_shape(colour, "disc", number).save(out, "PNG")
    return out.getvalue()


def rows(results: dict[str, object]) -> list[int]:
    return [item.row for r in results.values() for item in r.answer.items]  # type: ignore[attr-defined]


def test_only_pictures_that_are_new_are_forwarded(zoo: Zoo) -> None:
    forwards, remembered = counted(zoo.run("tiny_a")), Remembered()
    pictures = {"one": picture("red", 901), "two": picture("blue", 902)}
    first = zoo.recommend(pictures, Ask(top=5), ["tiny_a"], remembered)
    assert forwards == [2]
    again = zoo.recommend(pictures, Ask(top=5, alpha=0.4), ["tiny_a"], remembered)
    zoo.recommend({"two": pictures["two"]}, Ask(top=3), ["tiny_a"], remembered)
    assert forwards == [2]
    assert again["tiny_a"].latency_ms > again["tiny_a"].answer.latency_ms  # as when it was new
    assert [t.attributes for t in again["tiny_a"].predicted] == [
        t.attributes for t in first["tiny_a"].predicted
    ]
    more = {"new": picture("green", 903), **pictures, "one again": pictures["one"]}
    answer = zoo.recommend(more, Ask(top=5), ["tiny_a"], remembered)
    assert forwards == [2, 1]
    assert rows(answer) == rows(zoo.recommend(more, Ask(top=5), ["tiny_a"]))
    assert forwards == [2, 1, 4]  # without a memory, all of them


def test_each_backbone_remembers_for_itself(zoo: Zoo) -> None:
    forwards = counted(zoo.run("tiny_a")), counted(zoo.run("tiny_b"))
    remembered, pictures = Remembered(), {"one": picture("red", 904)}
    zoo.recommend(pictures, Ask(), ["tiny_a"], remembered)
    zoo.recommend(pictures, Ask(), ["tiny_a", "tiny_b"], remembered)
    assert forwards == ([1], [1])


def test_a_run_that_was_replaced_is_asked_anew(zoo: Zoo) -> None:
    remembered, pictures = Remembered(), {"one": picture("red", 905)}
    old = zoo.run("tiny_a")
    remembered(old, pictures)
    weights = {**old.facts["files"]["model.safetensors"], "sha256": "of another training"}
    files = {**old.facts["files"], "model.safetensors": weights}
    new = replace(old, facts={**old.facts, "files": files})
    vars(new)["encoder"] = old.encoder
    forwards = counted(new)
    remembered(new, pictures)
    assert forwards == [1]


def test_what_was_not_asked_for_longest_is_forgotten(zoo: Zoo) -> None:
    remembered, run = Remembered(most=2), zoo.run("tiny_a")
    forwards = counted(run)
    one, two, three = ({"q": picture("red", number)} for number in (906, 907, 908))
    for asked in (one, two, one, three, one):
        remembered(run, asked)
    assert forwards == [1, 1, 1]
    remembered(run, two)
    assert forwards == [1, 1, 1, 1]


def test_more_pictures_than_are_remembered_are_answered_all_the_same(zoo: Zoo) -> None:
    pictures = {str(number): picture("red", number) for number in (909, 910, 911)}
    assert len(Remembered(most=1)(zoo.run("tiny_a"), pictures).features) == 3
