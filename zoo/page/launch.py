"""The page from its first line to its end: checked, bound, shared, stopped."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

# Before gradio is imported: no telemetry, no version check.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from zoo.page.stubs import without_stubs

with without_stubs():
    import gradio as gr
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from zoo.building import RUNS, SAMPLE, sole_writer
from zoo.catalog import load_catalog
from zoo.ending import requests_to_end
from zoo.errors import ZooError
from zoo.page.app import build, css, theme
from zoo.page.job import Job, sample_command, stop_all
from zoo.page.language import _, speak
from zoo.page.serving.door import Door, Rules
from zoo.page.serving.headers import SafeHeaders, safe_headers
from zoo.page.serving.login import NOTICE, Login
from zoo.page.serving.memory import MOST_SESSIONS, ForgetCalls, KeepVisitors, few_arenas
from zoo.page.serving.options import ServeOptions
from zoo.page.serving.packing import PackPage
from zoo.page.serving.sharing import share_line
from zoo.page.serving.uploads_folder import UploadsFolder
from zoo.page.state import PageState
from zoo.plugins import shipped
from zoo.run_files import RUN

MAX_UPLOAD = "20mb"  # a file


@dataclass(frozen=True)
class Served:
    """A page that answers."""

    app: FastAPI
    address: str
    link: str | None  # where it is shared
    said: str  # what gradio printed meanwhile


def launch(asked: ServeOptions) -> None:
    """Serve the page until interrupted; ZooError when it cannot be bound or opened."""
    few_arenas()
    speak(asked.language)
    login = asked.login()
    job = _sample_job(asked)
    if job is None:
        load_catalog(asked.folder)  # one clear line now, rather than an empty page
    cache = _cache(asked)
    uploads = UploadsFolder()
    try:
        state = PageState(
            asked.folder,
            asked.plugins,
            job,
            managed=asked.manage,
            makes_maps=asked.trusts_visitors(),
            read_only=asked.only_reads(),
            cache=cache,
        )
        served = start(state, asked, login, uploads)
    except ZooError:
        uploads.remove()
        _forget(asked, cache)
        raise
    _introduce(asked, served, login, job)
    if job is None:
        threading.Thread(target=state.warm_up, daemon=True).start()
    _wait()
    uploads.remove()
    _forget(asked, cache)
    with contextlib.suppress(OSError):  # a terminal that was closed
        print("stopped", flush=True)
    os._exit(0)  # gradio's server threads would keep the process alive


def _cache(asked: ServeOptions) -> Path | None:
    """Where thumbnails go: None for the zoo itself, a folder of this page for one only read."""
    if asked.cache is None and asked.only_reads():
        return Path(tempfile.mkdtemp(prefix="zoo-thumbnails-"))
    return asked.cache


def _forget(asked: ServeOptions, cache: Path | None) -> None:
    """Delete a cache that was this page's alone."""
    if cache is not None and asked.cache is None:
        shutil.rmtree(cache, ignore_errors=True)


def start(
    state: PageState, asked: ServeOptions, login: Login | None, uploads: UploadsFolder
) -> Served:
    """Start serving in the background."""
    gr.set_static_paths([state.thumbnails.folder])
    # Whom uvicorn believes about a visitor's address: by itself it would believe this machine.
    os.environ["FORWARDED_ALLOW_IPS"] = asked.proxy or ""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            app, local, link = build(state).launch(
                server_name=asked.host,
                server_port=asked.port,
                share=asked.share,
                auth=login,
                auth_message=_(NOTICE) if login else None,
                prevent_thread_lock=True,
                quiet=True,
                max_file_size=MAX_UPLOAD,
                state_session_capacity=MOST_SESSIONS,
                theme=theme(),
                head=f"<style>{css()}</style>",
                footer_links=[],  # the tab API says what programs need
                ssr_mode=False,
                run_history=False,
                mcp_server=asked.mcp,
                app_kwargs={"middleware": _middleware(state, asked, uploads)},
            )
    except OSError as error:
        raise asked.cannot_listen(error) from error
    app.router.routes.insert(0, APIRoute("/healthz", health(state), methods=["GET"]))
    return Served(app, local, link, said.getvalue())


def _middleware(state: PageState, asked: ServeOptions, uploads: UploadsFolder) -> list[Middleware]:
    rules = Rules(
        folders=(state.thumbnails.folder.resolve(), uploads.folder),
        room=uploads.has_room,
        hosts=asked.hosts(),
        same_origin=asked.manage,
    )
    return [
        Middleware(SafeHeaders, headers=safe_headers(os.environ)),
        Middleware(Door, rules=rules),
        Middleware(ForgetCalls),
        Middleware(KeepVisitors),
        Middleware(PackPage),
    ]


def _introduce(asked: ServeOptions, served: Served, login: Login | None, job: Job | None) -> None:
    """Say where the page is, who may come in, and what goes on."""
    print(f"zoo: {asked.folder}", flush=True)
    print(f"page: {served.address}", flush=True)
    if asked.mcp:
        print(f"mcp: {served.address.rstrip('/')}/gradio_api/mcp/", flush=True)
    if asked.share:
        line = share_line(served.link, served.said, login is not None)
        print(line, file=sys.stdout if served.link else sys.stderr, flush=True)
    if login and not asked.auth:
        print(f"log in as {login.user} with password {login.password}", flush=True)
    if login is None and not asked.local:
        print("whoever reaches this machine can open it; --auth USER:PASSWORD asks for a login")
    if asked.only_reads():
        print("the zoo is only read: no votes are kept, no maps are made", flush=True)
    if asked.manage:
        print("the tab Models trains: --manage was given", flush=True)
    if job is not None:
        print(
            f"making the sample zoo; its output is in {job.log}\nthe page fills as each backbone "
            "becomes ready; Ctrl-C stops, and the next start goes on from there",
            flush=True,
        )


def health(state: PageState) -> Any:
    def healthz() -> dict[str, Any]:
        zoo = state.at_hand()  # a proxy that had to wait for another version would pass us by
        return {
            "status": "ok",
            "backbones": sorted(zoo.runs) if zoo else [],
            "version": zoo.version if zoo else None,
        }

    return healthz


def _sample_job(asked: ServeOptions) -> Job | None:
    """The job that makes or finishes the sample zoo; None when there is nothing to do."""
    folder = asked.folder
    if folder.resolve() != (RUNS / SAMPLE).resolve() or asked.only_reads():
        return None
    if all((folder / name / RUN).is_file() for name in shipped()):
        return None
    try:
        with sole_writer(folder):
            pass
    except ZooError:
        return None  # another page or a train.py is at work on it; this page shows its progress
    return Job(sample_command(folder), folder)


def _wait() -> None:
    """Sleep until somebody asks to end, and end what was begun."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    for request in requests_to_end():
        signal.signal(request, end)
    while not ended.wait(1.0):
        pass
    stop_all()
