"""Networks run in few threads, however many ask."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import COLOURS, draw_shape
from zoo.compare import Zoo
from zoo.features.forwards import THREADS, in_few_threads
from zoo.search.ask import Ask


def test_many_that_ask_are_answered_in_few_threads() -> None:
    with ThreadPoolExecutor(16) as askers:
        found = list(askers.map(lambda n: (n, in_few_threads(threading.get_ident)), range(200)))
        asked_in = set(askers.map(lambda _: threading.get_ident(), range(200)))
    ran_in = {thread for _, thread in found}
    assert len(ran_in) <= THREADS
    assert not ran_in & asked_in


def test_a_failure_is_that_of_the_forward() -> None:
    def fails(picture: str) -> None:
        raise ValueError(picture)

    with pytest.raises(ValueError, match="dress"):
        in_few_threads(fails, "dress")


def test_queries_run_their_networks_there(zoo: Zoo) -> None:
    ran_in: list[int] = []
    for run in zoo.runs.values():
        run.model.register_forward_pre_hook(lambda *_: ran_in.append(threading.get_ident()))

    def asked(number: int) -> int:
        out = io.BytesIO()
        draw_shape(list(COLOURS)[number % 3], "disc", number).save(out, "PNG")
        zoo.recommend({"query.png": out.getvalue()}, Ask(3))
        return threading.get_ident()

    with ThreadPoolExecutor(8) as askers:
        asked_in = set(askers.map(asked, range(16)))
    assert len(ran_in) == 16 * len(zoo.runs)
    assert len(set(ran_in)) <= THREADS
    assert not asked_in & set(ran_in)
