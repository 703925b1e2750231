"""What a job in the zoo is doing, as HTML."""

from __future__ import annotations

import hashlib
from html import escape
from typing import Any

from zoo.page.bar import bar_html, share_of
from zoo.page.language import _, ngettext
from zoo.page.state import PageState


def progress_of(state: PageState) -> str:
    """What a job in the page's zoo is doing, and a mark that is another when the zoo is."""
    job = state.job
    failure = job.failure() if job else None
    remedy = job.remedy if job else ""
    shown = progress_html(state.progress(), failure, remedy)
    mark = hashlib.sha256(repr(state.version()).encode()).hexdigest()[:12]
    return f'{shown}<i hidden data-version="{mark}"></i>'


def progress_html(progress: dict[str, Any] | None, failure: str | None, remedy: str) -> str:
    """What a job is doing; empty when none is at work and none failed."""
    if failure:
        return (
            f'<div class="job failed"><b>{_("The work stopped.")}</b> {escape(failure)}<br>'
            f"{escape(remedy)}</div>"
        )
    if progress is None:
        return ""
    share, left = share_of(progress), progress["seconds_left"]
    remains = _(", {s} s left in this step").format(s=f"{left:.0f}") if left else ""
    pace = f"{progress['rate']:.0f} {progress['unit']}/s{remains}. " if progress["rate"] else ""
    asked, ready = progress.get("backbones"), progress.get("ready", ())
    if not asked:  # of an update, an index made again
        return bar_html(_("This zoo is being changed"), share, escape(progress["title"]), pace)
    said = ngettext(
        "{ready} of {all} backbone ready", "{ready} of {all} backbones ready", len(asked)
    )
    made = said.format(ready=len(ready), all=len(asked))
    appear = _("The columns appear one by one.")
    return bar_html(made, share, escape(progress["title"]), f"{pace}{appear}")
