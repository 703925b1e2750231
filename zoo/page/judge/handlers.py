"""What the events of the blind comparison do."""

from __future__ import annotations

import random
from typing import Any

import gradio as gr

from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.evaluation.votes import CHOICES, Duel, append_vote, vote_now
from zoo.judging import item_duel, pair_of, query_rows, upload_duel
from zoo.outputs.votes import side_matches
from zoo.page.judge import start
from zoo.page.judge.ballot import Ballot, blind_html, revealed_html
from zoo.page.judge.kept_votes import KeptVotes
from zoo.page.judge.results import results_html
from zoo.page.language import _, ngettext
from zoo.page.state import PageState
from zoo.page.thumbnails import inline
from zoo.page.titles import titles
from zoo.page.told import told
from zoo.page.uploads import contents
from zoo.pictures import digest

UPLOAD = "upload"


class JudgeHandlers:
    """Blind duels and their votes, over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state
        self._chance = random.Random()
        self._votes = KeptVotes(state.folder)

    @told
    def opening(self, ballot: Ballot | None) -> Any:
        """The card to begin with; what a visitor already judges stays."""
        if ballot is not None:
            return gr.skip()
        zoo = self._state.zoo()
        return start.start_html(zoo, self._state.why_no_votes())

    @told
    def draw(self, pool: str, upload: str | None, ballot: Ballot | None) -> tuple[str, Any]:
        """The next duel, for the page and for the server's own keeping."""
        zoo = self._state.trained()
        refused = self._state.why_no_votes()
        if len(zoo.runs) < 2 or refused:
            return start.start_html(zoo, refused), None
        if pool == UPLOAD:
            return self._draw_upload(zoo, upload, ballot)
        rows = query_rows(zoo, pool, ballot.duel if ballot else None)
        duel = item_duel(zoo, rows, self._votes.all().votes, self._chance)
        if duel is None:
            return start.alike(), None
        row = zoo.catalog.row_of(duel.query["item"])
        return self._shown(zoo, duel, self._state.thumbnails.urls(zoo.catalog, [row])[row])

    def _draw_upload(self, zoo: Zoo, upload: str | None, ballot: Ballot | None) -> tuple[str, Any]:
        if not upload:
            return start.choose(), None
        ((name, data),) = contents([upload]).items()
        again = ballot is not None and ballot.duel.query == {"sha256": digest(data)}
        done = ballot.done | {pair_of(ballot.duel)} if ballot and again else frozenset()
        duel = upload_duel(zoo, name, data, self._votes.all().votes, self._chance, done)
        if duel is None:
            return start.done(), ballot
        return self._shown(zoo, duel, inline(data), done)

    def _shown(
        self, zoo: Zoo, duel: Duel, query: str, done: frozenset[frozenset[str]] = frozenset()
    ) -> tuple[str, Ballot]:
        ids = dict.fromkeys((*duel.left.items, *duel.right.items))
        rows = {item: zoo.catalog.row_of(item) for item in ids}
        urls = self._state.thumbnails.urls(zoo.catalog, list(rows.values()))
        pictures = {item: (urls[row], zoo.catalog.name_of(row)) for item, row in rows.items()}
        ballot = Ballot(duel, query, pictures, done, [duel])
        return blind_html(ballot), ballot

    @told
    def vote(self, ballot: Ballot | None, event: gr.EventData) -> Any:
        """Keep the vote on what this visitor was shown, once, and name the sides."""
        choice = getattr(event, "vote", None)
        refused = self._state.why_no_votes()
        if refused:
            raise ZooError(_("the vote was not kept: {reason}").format(reason=refused))
        if ballot is None or choice not in CHOICES:
            raise ZooError(_("nothing is shown to vote on; press Next"))
        try:
            duel = ballot.open.pop()
        except IndexError:
            return gr.skip()  # a second press of the same button
        try:
            append_vote(self._state.folder, vote_now(duel, choice))
        except ZooError:
            ballot.open.append(duel)  # it may be voted on again
            raise
        zoo = self._state.trained()
        left, right = side_matches(zoo, [duel])[0]
        return revealed_html(zoo, ballot, choice, (float(left), float(right)))

    @told
    def results(self) -> tuple[Any, str]:
        """The fold of results: how many votes it rests on, and the tables."""
        zoo = self._state.zoo()
        if zoo is None or len(zoo.runs) < 2:
            return gr.Accordion(visible=False), ""
        report = self._votes.report(zoo)
        votes = report["votes"]
        label = ngettext("Results so far ({n} vote)", "Results so far ({n} votes)", votes)
        label = label.format(n=f"{votes:,}")
        return gr.Accordion(label=label, visible=True), results_html(report, titles(zoo))

    def chosen(self, pool: str) -> Any:
        """The button for an own picture, where that is what is asked for."""
        return gr.UploadButton(visible=pool == UPLOAD)
