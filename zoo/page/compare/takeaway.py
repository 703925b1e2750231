"""What a visitor takes away: the link, the results as CSV and JSON, the contact sheet."""

from __future__ import annotations

import json
import tempfile
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from zoo.compare import Result, Zoo
from zoo.errors import ZooError
from zoo.outputs.answers import recommended_csv
from zoo.outputs.contact_sheet import contact_sheet
from zoo.outputs.documents import recommend_report, without_folders
from zoo.page.compare import link
from zoo.page.compare.asked import Asked
from zoo.page.language import _, script_of
from zoo.page.shared import HIDDEN
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.page.uploads import contents
from zoo.pictures import read_bytes

SCRIPT = Path(__file__).with_name("link.js")
# A download button gives the file that it has; these make theirs when they are pressed.
FETCH = """
(file) => {
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name;
  document.body.append(link);
  link.click();
  link.remove();
}
"""


class TakeAway:
    """Files of what is on screen, made when they are asked for."""

    def __init__(self, state: PageState, cache: Path) -> None:
        self._state, self._cache = state, cache

    @told
    def csv(self, asked: Asked | None) -> str:
        """A row per backbone and item."""
        zoo, report, _, _ = self._answered(asked)
        text = recommended_csv(report, [a.name for a in zoo.catalog.singles])
        return self._written("csv", text)

    @told
    def json(self, asked: Asked | None) -> str:
        """As `zoo recommend --json`, with what was asked."""
        _, report, _, _ = self._answered(asked)
        return self._written("json", json.dumps(report, indent=2, ensure_ascii=False) + "\n")

    @told
    def sheet(self, asked: Asked | None) -> str:
        """A row per backbone, the query first."""
        zoo, _, pictures, results = self._answered(asked)
        path = self._path("png")
        contact_sheet(zoo, pictures, results, path)
        return str(path)

    def _answered(
        self, asked: Asked | None
    ) -> tuple[Zoo, dict[str, Any], dict[str, bytes], dict[str, Result]]:
        """The zoo, the report, the query's pictures and the answers that are on screen."""
        if asked is None:
            raise ZooError(_("nothing is asked yet"))
        zoo = self._state.trained()
        pictures = contents(asked.uploads)
        results = asked.answers(zoo, pictures, self._state.remembered)
        report = without_folders(zoo, recommend_report(zoo, list(pictures or asked.items), results))
        ask = asked.ask(zoo.catalog)
        report = {"catalog": zoo.catalog.name, "ask": vars(ask), **report}
        return zoo, report, pictures or self._own_pictures(zoo, asked), results

    def _own_pictures(self, zoo: Zoo, asked: Asked) -> dict[str, bytes]:
        return {i: read_bytes(zoo.catalog.path(zoo.catalog.row_of(i))) for i in asked.items[:1]}

    def _written(self, kind: str, text: str) -> str:
        path = self._path(kind)
        path.write_text(text, "utf-8")
        return str(path)

    def _path(self, kind: str) -> Path:
        """A new file in gradio's cache, which is cleaned."""
        return Path(tempfile.mkdtemp(dir=self._cache)) / f"comparison.{kind}"


def permalink(asked: Asked) -> str:
    """The button that copies the address of the comparison; link.js does it."""
    left_out = " data-uploads" if asked.uploads else ""
    return (
        f'<button type="button" class="copy" data-query="{escape(link.written(asked))}"{left_out}>'
        f'{_("Copy link")}</button><span class="copied quiet" role="status"></span>'
    )


def take_away_bar(state: PageState, asked: gr.State) -> gr.HTML:
    """Lay the bar out; `asked` is what is on screen.

    Returns what holds its link, and tells (`select`) that the browser went back or forward.
    """
    names = f"const names = {json.dumps(link.NAMES)};\n"
    with gr.Row(elem_id="take-away"):
        plain: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 90}
        csv = gr.DownloadButton(
            _("Results as CSV"), elem_id="take-csv", **{**plain, "min_width": 120}
        )
        as_json = gr.DownloadButton(_("as JSON"), elem_id="take-json", **plain)
        sheet = gr.DownloadButton(_("as picture"), elem_id="take-sheet", **plain)
        copy = gr.HTML(js_on_load=names + script_of(SCRIPT), elem_id="permalink", min_width=120)
        made = gr.DownloadButton(visible="hidden")
    do = TakeAway(state, Path(made.GRADIO_CACHE))
    for button, make in ((csv, do.csv), (as_json, do.json), (sheet, do.sheet)):
        clicked = button.click(make, asked, made, api_visibility="private")
        clicked.success(None, made, None, js=FETCH, **HIDDEN)
    return copy
