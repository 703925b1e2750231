"""Addresses that bring a comparison back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from zoo.compare import Zoo
from zoo.page.compare.asked import Asked, conditions
from zoo.page.compare.link import asks, read, said, written

BOTH = ("tiny_a", "tiny_b")


def item(zoo: Zoo, row: int) -> str:
    return str(zoo.catalog.table["item_id"].iat[row])


def test_what_is_written_is_read_again(zoo: Zoo) -> None:
    asked = Asked(
        items=(item(zoo, 3), item(zoo, 0)),
        backbones=("tiny_b",),
        top=8,
        alpha=0.35,
        filters=("colour: red", "colour: blue"),
        same=True,
        exact=True,
        diversity=0.6,
        near_duplicates=True,
    )
    assert read(dict(parse_qsl(written(asked))), zoo) == (asked, [])


def test_commas_within_a_name_are_kept(zoo: Zoo) -> None:
    odd = ("a,b", "c\\", "d e&f=ü")
    table = zoo.catalog.table.copy()
    table.loc[[0, 1, 2], "item_id"] = odd
    zoo.catalog = replace(zoo.catalog, table=table)
    asked, problems = read(dict(parse_qsl(written(Asked(items=odd)))), zoo)
    assert (asked.items, problems) == (odd, [])


def test_an_attribute_may_have_a_colon_in_its_name(zoo: Zoo) -> None:
    colour, *others = zoo.catalog.singles
    named = replace(colour, name="colour: of all")
    catalog = replace(zoo.catalog, attributes=(named, *others))
    text = f"colour: of all: {colour.classes[0]}"
    assert conditions(catalog, [text]) == {"colour: of all": [colour.classes[0]]}


def test_a_link_is_short_and_without_uploads() -> None:
    assert written(Asked(items=("7",), backbones=BOTH)) == "items=7&backbones=tiny_a,tiny_b"
    assert written(Asked(uploads=("/tmp/x.png",), items=("7",), top=9)) == "top=9"
    assert written(Asked(filters=("colour: red",))) == "filters=colour:%20red"


def test_nothing_in_an_address_is_as_usual(zoo: Zoo) -> None:
    assert not asks({"__theme": "dark"})
    assert asks({"top": "7"})
    assert read({"__theme": "dark"}, zoo) == (Asked(backbones=BOTH), [])


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("items", "nowhere", "no item 'nowhere' in catalogue"),
        ("backbones", "tiny_c", "no trained backbone 'tiny_c'"),
        ("filters", "colour: mauve", "no attribute and class 'colour: mauve'"),
        ("top", "0", "top '0' is not a whole number within 1..24"),
        ("top", "5.5", "top '5.5' is not"),
        ("top", "٣", "top '٣' is not"),
        ("alpha", "nan", "alpha 'nan' is not a number within 0..1"),
        ("diversity", "x", "diversity 'x' is not a number within 0..1"),
        ("same", "maybe", "same 'maybe' is neither 1 nor 0"),
    ],
)
def test_a_bad_value_is_told_and_left_out(zoo: Zoo, name: str, value: str, problem: str) -> None:
    asked, problems = read({"exact": "1", name: value}, zoo)
    assert asked == Asked(backbones=BOTH, exact=True)
    assert len(problems) == 1
    assert problem in problems[0]


def test_however_much_is_wrong_little_is_said(zoo: Zoo) -> None:
    _, problems = read({"items": ",".join(f"{n}{'x' * 500}" for n in range(9))}, zoo)
    assert len(problems) == 9
    told = said(problems).split("; ")
    assert [len(part) for part in told] == [*[120] * 5, 6]
    assert told[0].startswith("no item '0xxx")
    assert told[-1] == "4 more"
    assert said(problems[:1]).endswith("…")


def test_what_is_good_of_a_list_stays(zoo: Zoo) -> None:
    asked, problems = read({"items": f"nowhere,{item(zoo, 0)}", "backbones": "tiny_b,x"}, zoo)
    assert (asked.items, asked.backbones) == ((item(zoo, 0),), ("tiny_b",))
    assert len(problems) == 2
