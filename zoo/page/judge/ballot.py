"""One duel as HTML: blind before the vote, with names after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from math import isnan

from zoo.compare import Zoo
from zoo.evaluation.votes import Choice, Duel, Side
from zoo.page.badges import badge, run_badges
from zoo.page.language import _, marked
from zoo.page.picks import item_button, picture

SIDES = {"left": marked("Left"), "right": marked("Right")}
# vote -> what the button says, the keys it shows, the keys it answers to
BUTTONS: dict[Choice, tuple[str, str, str]] = {
    "left": (marked("Left is better"), marked("1 or ←"), "1 arrowleft"),
    "right": (marked("Right is better"), marked("2 or →"), "2 arrowright"),
    "tie": (marked("Tie"), "3", "3"),
    "bad": (marked("Both are bad"), "4", "4"),
}
MATCH = marked("share of the known labels of these items that equal the query's")


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
        f'<section class="side {side}" aria-label="{_(title)}"><header><h3>{_(title)}</h3>'
        f"</header>{_tiles(ballot, _side(ballot, side), linked=False)}</section>"
        for side, title in SIDES.items()
    )
    buttons = "".join(
        f'<button type="button" class="vote {vote}" data-vote="{vote}" data-key="{keys}">'
        f"{_(said)}<kbd>{_(shown)}</kbd></button>"
        for vote, (said, shown, keys) in BUTTONS.items()
    )
    skip = (
        '<button type="button" class="plain" data-next="skip" data-key="s">'
        f"{_('Skip this one')}<kbd>S</kbd></button>"
    )
    question = escape(_("Which answer do you like better?"))
    return (
        f'<div class="ballot blind">{_query(ballot, question)}{sides}'
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
        f'data-key="enter n" aria-describedby="judge-said">{_("Next")}<kbd>{_("Enter")}</kbd>'
        "</button></div></div>"
    )


def _verdict(zoo: Zoo, ballot: Ballot, choice: Choice) -> str:
    """What was voted; with the names, for who hears it rather than sees them above the sides."""
    titles = {side: _title(zoo, _side(ballot, side)) for side in SIDES}
    if choice == "tie":
        said = _("You found them equally good.")
    elif choice == "bad":
        said = _("You found both bad.")
    else:
        said = _("You preferred {backbone}.").format(backbone=titles[choice])
    names = "; ".join(f"{_(SIDES[side])}: {title}" for side, title in titles.items())
    return f'{escape(said)} <span class="heard">{escape(names)}.</span>'


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
        else f'<p class="quiet" title="{_(MATCH)}">{_matched(len(shown.items), match)}</p>'
    )
    return (
        f'<section class="side named {side} {won}"><header><h3>{escape(_title(zoo, shown))}</h3>'
        f"{badge(_('preferred'), 'all') if won else ''}</header>"
        f"{_tiles(ballot, shown, linked=True)}{known}"
        f'<div class="badges">{run_badges(run) if run else ""}</div></section>'
    )


def _matched(items: int, match: float) -> str:
    said = _("attribute match of these {n}: <b>{share}</b>")
    return said.format(n=items, share=f"{match:.0%}")


def _side(ballot: Ballot, side: str) -> Side:
    return ballot.duel.left if side == "left" else ballot.duel.right


def _query(ballot: Ballot, said: str) -> str:
    """The query, and HTML that goes before the sides; keys.js goes there once it is another."""
    shown = picture(ballot.query, _("the query"))
    return (
        f'<div class="asked" tabindex="-1">{shown}<div><h3>{_("Query")}</h3>'
        f'<p id="judge-said" role="status">{said}</p></div></div>'
    )


def _tiles(ballot: Ballot, side: Side, linked: bool) -> str:
    """The items in order; linked ones are queries for the comparison, which names backbones."""
    cells = []
    for item in side.items:
        url, title = ballot.pictures[item]
        shown = picture(url, title)
        if linked:
            asked = _("Compare all backbones on: {name}").format(name=title)
            shown = item_button(item, asked, shown)
        cells.append(f"<li>{shown}</li>")
    return f'<ol class="shown">{"".join(cells)}</ol>'
