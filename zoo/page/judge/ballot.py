"""One duel as HTML: blind before the vote, with names after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from zoo.compare import Zoo
from zoo.evaluation.votes import Choice, Duel, Side
from zoo.page.badges import badge, run_badges

SIDES = ("left", "right")
# vote -> what the button says, the key it shows, all its keys
BUTTONS: dict[Choice, tuple[str, str, str]] = {
    "left": ("Left is better", "1 ←", "1 arrowleft"),
    "tie": ("Tie", "3", "3"),
    "bad": ("Both are bad", "4", "4"),
    "right": ("Right is better", "2 →", "2 arrowright"),
}


@dataclass(frozen=True)
class Ballot:
    """What one visitor is shown; the server's own, so that a vote is on nothing else."""

    duel: Duel
    query: str  # address of the query's picture
    pictures: dict[str, tuple[str, str]]  # item id -> address and title
    # Pairs that this visitor was shown for the same upload.
    done: frozenset[frozenset[str]] = frozenset()
    # Emptied by the vote: popping is atomic, so that of two at once one counts.
    open: list[Duel] = field(default_factory=list)


def blind_html(ballot: Ballot) -> str:
    """The duel without names, and the four votes."""
    buttons = "".join(
        f'<button type="button" class="vote {vote}" data-vote="{vote}" data-key="{keys}">'
        f"{said}<kbd>{shown}</kbd></button>"
        for vote, (said, shown, keys) in BUTTONS.items()
    )
    sides = "".join(
        f'<section class="side" aria-label="{side}"><h3>{side.capitalize()}</h3>'
        f"{_tiles(ballot, _side(ballot, side), linked=False)}</section>"
        for side in SIDES
    )
    return (
        f'<div class="ballot blind">{_query(ballot, "Which answer suits it better?")}'
        f'<div class="sides">{sides}</div><div class="votes">{buttons}</div>'
        '<p class="quiet skip"><button type="button" class="plain" data-next="skip" '
        'data-key="s">Skip this one<kbd>S</kbd></button></p></div>'
    )


def revealed_html(
    zoo: Zoo, ballot: Ballot, choice: Choice, matches: tuple[float, float], number: int
) -> str:
    """The same duel with names, and what was voted; `matches` are NaN where unknown."""
    sides = "".join(
        _named(zoo, ballot, side, choice, match) for side, match in zip(SIDES, matches, strict=True)
    )
    told = f"Thank you: vote {number:,} on these backbones."
    return (
        f'<div class="ballot">{_query(ballot, told)}'
        f'<div class="sides">{sides}</div><div class="votes after">'
        '<button type="button" class="vote next" data-next="next" data-key="enter n">'
        "Next<kbd>Enter</kbd></button></div></div>"
    )


def _named(zoo: Zoo, ballot: Ballot, side: str, choice: Choice, match: float) -> str:
    shown = _side(ballot, side)
    run = zoo.runs.get(shown.backbone)
    title = run.backbone.title if run else shown.backbone
    won = "won" if choice == side else ""
    verdict = badge("you preferred this", "all") if won else ""
    known = (
        f'<p class="quiet">attribute match of these {len(shown.items)}: <b>{match:.0%}</b></p>'
        if match == match  # noqa: PLR0124  not NaN
        else ""
    )
    return (
        f'<section class="side named {won}"><h3>{escape(title)}</h3>'
        f'<div class="badges">{verdict}{run_badges(run) if run else ""}</div>{known}'
        f"{_tiles(ballot, shown, linked=True)}</section>"
    )


def _side(ballot: Ballot, side: str) -> Side:
    return ballot.duel.left if side == "left" else ballot.duel.right


def _query(ballot: Ballot, said: str) -> str:
    picture = (
        f'<img src="{escape(ballot.query)}" alt="the query">'
        if ballot.query
        else '<div class="missing">picture cannot be read</div>'
    )
    return f'<div class="asked">{picture}<div><h3>The query</h3><p>{escape(said)}</p></div></div>'


def _tiles(ballot: Ballot, side: Side, linked: bool) -> str:
    """The items in order; linked ones are queries for the comparison, which names backbones."""
    cells = []
    for item in side.items:
        url, title = ballot.pictures.get(item, ("", item))
        picture = (
            f'<img src="{escape(url)}" alt="{escape(title)}">'
            if url
            else '<div class="missing">picture cannot be read</div>'
        )
        link = (
            f'<button type="button" data-item="{escape(item)}" '
            f'title="Compare all backbones on: {escape(title)}">{picture}</button>'
        )
        cells.append(f"<li>{link if linked else picture}</li>")
    return f'<ol class="shown">{"".join(cells)}</ol>'
