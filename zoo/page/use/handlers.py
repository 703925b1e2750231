"""What the events of the tab that uses one backbone do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import gradio as gr

from zoo.errors import ZooError
from zoo.page.bar import bar_html
from zoo.page.kept import KeptKind, Things, choice, things, tidy
from zoo.page.language import _, marked, ngettext
from zoo.page.picks import pick_strip
from zoo.page.state import PageState, run_of
from zoo.page.titles import choices
from zoo.page.told import told, told_while
from zoo.page.uploads import named
from zoo.page.use import tables
from zoo.page.use.looked import Looked, each_csv, look, look_up, of_profile, tags_csv
from zoo.search.ask import Ask
from zoo.style import MOST_PICTURES, current, from_json, recommend_for, to_json

PICKS = 20
KEY = "fashion-model-zoo-profiles"
PROFILES = KeptKind(
    most=12,  # each is large: an embedding, and the classes of up to MOST_PICTURES pictures
    longest=40,
    bad_name=marked("a profile needs a name of 1 to {n} letters"),
    full=marked("{n} profiles are kept already; remove one first"),
    none_chosen=marked("no profile is chosen; choose one of those that this browser keeps"),
)


class UseHandlers:
    """The use of one backbone over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def choices(self, chosen: str | None) -> Any:
        """The trained backbones; the one chosen stays so."""
        zoo = self._state.zoo()
        titles = choices(zoo) if zoo else []
        names = [name for __, name in titles]
        value = chosen if chosen in names else next(iter(names), None)
        return gr.Dropdown(choices=titles, value=value)

    @told
    def picks(self) -> str:
        """Some items of the catalogue to make a set of."""
        zoo = self._state.zoo()
        if zoo is None:
            return ""
        rows = random.sample(range(len(zoo.catalog)), min(PICKS, len(zoo.catalog)))
        return pick_strip(self._state, zoo, rows)

    @told
    def toggle(self, chosen: list[str], event: gr.EventData) -> list[str]:
        """The set with the clicked item added, or taken out of it."""
        item = str(event.item)
        if item in chosen:
            return [one for one in chosen if one != item]
        if len(chosen) >= MOST_PICTURES:
            raise ZooError(_("a set has {n} pictures at most").format(n=MOST_PICTURES))
        return [*chosen, item]

    @told
    def set_of_items(self, chosen: list[str]) -> str:
        """The chosen items, to click out again."""
        zoo = self._state.zoo()
        if zoo is None or not chosen:
            return ""
        rows = [zoo.catalog.row_of(item) for item in chosen]
        said = ngettext(
            "Your set: {n} picture of the catalogue; a click takes one out",
            "Your set: {n} pictures of the catalogue; a click takes one out",
            len(rows),
        ).format(n=len(rows))
        return f'<p class="quiet">{said}</p>{pick_strip(self._state, zoo, rows)}'

    @told_while
    def look(
        self, files: list[str] | None, chosen: list[str], backbone: str | None
    ) -> Iterator[tuple[Any, Any]]:
        """How far it is, then what one backbone says of the set."""
        zoo = self._state.trained()
        name = run_of(zoo, backbone).name
        if not files and not chosen:
            raise ZooError(_("no picture; upload some, or click pictures of the catalogue"))
        if not files:
            yield "", look_up(self._state, zoo, chosen, name)
            return
        if len(files) > MOST_PICTURES:
            raise ZooError(
                _(
                    "{n} pictures are over the limit of {most}; for more, use: "
                    "zoo tag FOLDER, zoo recommend FOLDER"
                ).format(n=len(files), most=MOST_PICTURES)
            )
        yield _progress(0, len(files)), gr.skip()
        for part in look(zoo, named(files), name):
            if isinstance(part, Looked):
                yield "", part
            else:
                yield _progress(part, len(files)), gr.skip()

    @told
    def show(self, looked: Looked | None, threshold: float) -> tuple[str, str, str, str]:
        """Summary, matrix, bars and the link to the CSV; no network is asked."""
        if looked is None:
            return "", "", "", ""
        return (
            tables.summary(self._state.zoo(), looked, threshold),
            tables.matrix(looked, threshold),
            tables.bars(looked, threshold),
            tables.download("tags.csv", tags_csv(looked), _("Download the tags (CSV)")),
        )

    @told
    def fits(self, looked: Looked | None, top: float, alpha: float) -> str:
        """What the backbone recommends for the set as a whole."""
        if looked is None:
            return ""
        zoo = self._state.trained()
        answer = recommend_for(zoo, looked.profile, Ask(int(top), float(alpha)))
        rows = [item.row for item in answer.items]
        return tables.tiles(zoo, answer, self._state.thumbnails.urls(zoo.catalog, rows))

    @told
    def each(self, looked: Looked | None, top: float, alpha: float) -> str:
        """A link to the CSV of what is recommended for each picture by itself."""
        if looked is None:
            raise ZooError(_("no picture was tagged yet"))
        text = each_csv(self._state.trained(), looked, Ask(int(top), float(alpha)))
        rows = text.count("\n") - 1
        said = ngettext("Download it: {n} row (CSV)", "Download it: {n} rows (CSV)", rows)
        return tables.download("recommended.csv", text, said.format(n=rows))

    @told
    def keep(self, looked: Looked | None, name: str, value: Any) -> tuple[Things, Any, str]:
        """The profiles with this one, the choice of them, and an empty name."""
        if looked is None:
            raise ZooError(_("no picture was tagged yet"))
        profiles = PROFILES.added(things(value), name, to_json(looked.profile))
        return profiles, choice(profiles, tidy(name)), ""

    @told
    def kept_choices(self, value: Any, chosen: str | None) -> Any:
        """The profiles that this browser keeps; the one chosen stays so."""
        profiles = things(value)
        return choice(profiles, chosen if chosen in profiles else min(profiles, default=None))

    @told
    def remove(self, name: str | None, value: Any) -> tuple[Things, Any]:
        """The profiles without this one, and the choice of those left."""
        left = PROFILES.removed(things(value), name)
        return left, choice(left, min(left, default=None))

    @told
    def open_kept(self, name: str | None, value: Any) -> Looked:
        """A kept profile as the present training of its backbone sees it."""
        profile, zoo = from_json(PROFILES.chosen(things(value), name)), self._state.trained()
        note = _("The profile {name}, kept by this browser.").format(name=repr(name))
        try:
            run_of(zoo, profile.backbone)
            now = current(zoo, profile)
        except ZooError as error:
            return of_profile(self._state, zoo, profile, f"{note} {_sentence(error)}")
        if now is not profile:
            again = _("Its backbone was trained anew since: its pictures were looked up again.")
            note = f"{note} {again}"
        return of_profile(self._state, zoo, now, note)


def _sentence(error: ZooError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _progress(done: int, of: int) -> str:
    said = ngettext("{n} of {of} picture", "{n} of {of} pictures", of).format(n=done, of=of)
    return bar_html(said, done / of)
