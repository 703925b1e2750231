"""One duel as HTML: blind before the vote, with names after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from math import isnan

from zoo.compare import Zoo
from zoo.evaluation.votes import Choice, Duel, Side
from zoo.page.badges import badge, run_badges

SIDES = ("left", "right")
# vote -> what the button says, the keys it shows, the keys it answers to
BUTTONS: dict[Choice, tuple[str, str, str]] = {
    "left": ("Left is better", "1 or ←", "1 arrowleft"),
    "right": ("Right is better", "2 or →", "2 arrowright"),
    "tie": ("Tie", "3", "3"),
    "bad": ("Both are bad", "4", "4"),
}
MATCH = "share of the known labels of these items that equal the query's"


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
    sides = "".join(
        f'<section class="side {side}" aria-label="{side}"><header><h3>{side.capitalize()}</h3>'
        f"</header>{_tiles(ballot, _side(ballot, side), linked=False)}</section>"
        for side in SIDES
    )
    buttons = "".join(
        f'<button type="button" class="vote {vote}" data-vote="{vote}" data-key="{keys}">'
        f"{said}<kbd>{shown}</kbd></button>"
        for vote, (said, shown, keys) in BUTTONS.items()
    )
    skip = (
        '<button type="button" class="plain" data-next="skip" data-key="s">'
        "Skip this one<kbd>S</kbd></button>"
    )
    return (
        f'<div class="ballot blind">{_query(ballot, "Which answer do you like better?")}{sides}'
        f'<div class="votes">{buttons}{skip}</div></div>'
    )


def revealed_html(zoo: Zoo, ballot: Ballot, choice: Choice, matches: tuple[float, float]) -> str:
    """The same duel with names, and what was voted; `matches` are NaN where unknown."""
    sides = "".join(
        _named(zoo, ballot, side, choice, match) for side, match in zip(SIDES, matches, strict=True)
    )
    return (
        f'<div class="ballot">{_query(ballot, _verdict(zoo, ballot, choice))}{sides}'
        '<div class="votes after"><button type="button" class="vote next" data-next="next" '
        'data-key="enter n">Next<kbd>Enter</kbd></button></div></div>'
    )


def _verdict(zoo: Zoo, ballot: Ballot, choice: Choice) -> str:
    if choice == "tie":
        return "You found them equally good."
    if choice == "bad":
        return "You found both bad."
    return f"You preferred {_title(zoo, _side(ballot, choice))}."


def _title(zoo: Zoo, side: Side) -> str:
    run = zoo.runs.get(side.backbone)
    return run.backbone.title if run else side.backbone


def _named(zoo: Zoo, ballot: Ballot, side: str, choice: Choice, match: float) -> str:
    """A side with its name; the tiles stay where they were."""
    shown = _side(ballot, side)
    run = zoo.runs.get(shown.backbone)
    won = "won" if choice == side else ""
    known = (
        ""
        if isnan(match)
        else f'<p class="quiet" title="{MATCH}">attribute match of these {len(shown.items)}: '
        f"<b>{match:.0%}</b></p>"
    )
    return (
        f'<section class="side named {side} {won}"><header><h3>{escape(_title(zoo, shown))}</h3>'
        f"{badge('preferred', 'all') if won else ''}</header>"
        f"{_tiles(ballot, shown, linked=True)}{known}"
        f'<div class="badges">{run_badges(run) if run else ""}</div></section>'
    )


def _side(ballot: Ballot, side: str) -> Side:
    return ballot.duel.left if side == "left" else ballot.duel.right


def _query(ballot: Ballot, said: str) -> str:
    picture = (
        f'<img src="{escape(ballot.query)}" alt="the query">'
        if ballot.query
        else '<div class="missing">picture cannot be read</div>'
    )
    return f'<div class="asked">{picture}<div><h3>Query</h3><p>{escape(said)}</p></div></div>'


def _tiles(ballot: Ballot, side: Side, linked: bool) -> str:
    """The items in order; linked ones are queries for the comparison, which names backbones."""
    cells = []
    for item in side.items:
        url, title = ballot.pictures[item]
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
