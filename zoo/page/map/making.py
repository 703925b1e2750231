"""Maps made beside the page: once for all visitors, whoever asked for them."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from html import escape
from typing import Any

from zoo.errors import ZooError
from zoo.mapping.maps import WORK
from zoo.page.bar import bar_html, share_of
from zoo.page.job import Job, zoo_command
from zoo.page.language import _
from zoo.page.state import PageState
from zoo.progress import Progress, read_progress


class Making:
    """The one making of maps that may be under way."""

    def __init__(self, state: PageState) -> None:
        self._state = state
        self._job: Job | None = None
        self._lock = threading.Lock()

    def start(self, names: Sequence[str]) -> None:
        """Make the maps of these backbones in a process of its own, unless one is at work.

        ZooError on a page that only shows, or in a zoo that cannot be written.
        """
        folder = self._state.folder
        if not self._state.makes_maps:
            raise ZooError(_("this page only shows; whoever runs it can make maps with zoo map"))
        if self._state.read_only or not os.access(folder, os.W_OK):
            raise ZooError(_("the zoo directory cannot be written, and maps are kept in it"))
        with self._lock:
            if self.running():
                return
            Progress(folder / WORK).close()  # what a killed one left
            command = zoo_command(["map", *names], folder, self._state.plugins)
            self._job = Job(command, folder / WORK)

    def running(self) -> bool:
        """Whether maps are being made now."""
        return self._job is not None and self._job.running()

    def html(self) -> str:
        """How far it is; why it failed; empty when there is nothing to tell."""
        if self._job is None:
            return ""
        failure = self._job.failure()
        if failure:
            missing = _("Not all maps were made.")
            return f'<div class="job failed"><b>{missing}</b> {escape(failure)}</div>'
        return _progress(read_progress(self._state.folder / WORK)) if self._job.running() else ""


def _progress(progress: dict[str, Any] | None) -> str:
    if progress is None:
        starting = f"<b role='status'>{_('Making maps')}</b> <span>{_('starting')}</span>"
        return f'<div class="job">{starting}</div>'
    left = progress["seconds_left"]
    remains = _("about {s} s left for this one; ").format(s=f"{left:.0f}") if left else ""
    goes_on = _("it goes on when you leave this page, and all visitors will see it.")
    return bar_html(
        _("Making maps"), share_of(progress), escape(progress["title"]), remains + goes_on
    )
