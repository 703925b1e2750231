"""Binding, sharing and passwords of the page, and the sample zoo when there is none yet."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

# Before gradio is imported: no telemetry, no version check.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from fastapi import FastAPI
from fastapi.routing import APIRoute

from zoo.building import RUNS, SAMPLE, sole_writer
from zoo.catalog import load_catalog
from zoo.errors import ZooError
from zoo.page.app import build, css, theme
from zoo.page.job import Job, sample_command
from zoo.page.state import PageState
from zoo.plugins import load_plugins

MAX_UPLOAD = "20mb"
PASSWORD_BYTES = 9


def launch(
    folder: Path,
    host: str,
    port: int,
    share: bool,
    auth: str | None,
    public: bool,
    plugins: Sequence[Path],
    mcp: bool = False,
) -> None:
    """Serve the page until interrupted; ZooError when it cannot be bound or opened.

    With `mcp` its named endpoints are tools for assistants as well.
    """
    login = _login(auth, share, public)
    if mcp and find_spec("mcp") is None:
        raise ZooError(
            "--mcp needs the package mcp; install it with: pip install 'fashion-model-zoo[mcp]'"
        )
    job = _sample_job(folder, plugins)
    if job is None:
        load_catalog(folder)  # one clear line now, rather than an empty page
    state = PageState(folder, plugins, job)
    _, address = start(state, host=host, port=port, share=share, login=login, mcp=mcp)
    print(f"zoo: {folder}", flush=True)
    print(f"page: {address}", flush=True)
    if mcp:
        print(f"mcp: {address.rstrip('/')}/gradio_api/mcp/", flush=True)
    if login and not auth:
        print(f"log in as {login[0]} with password {login[1]}", flush=True)
    if job is not None:
        print(
            f"making the sample zoo; its output is in {job.log}\nthe page fills as each backbone "
            "becomes ready; Ctrl-C stops, and the next start goes on from there",
            flush=True,
        )
    else:
        threading.Thread(target=state.warm_up, daemon=True).start()
    _wait(job)


def start(
    state: PageState,
    host: str,
    port: int,
    share: bool,
    login: tuple[str, str] | None,
    mcp: bool = False,
) -> tuple[FastAPI, str]:
    """Start serving in the background; returns the application and its local address."""
    gr.set_static_paths([state.thumbnails.folder])
    page = build(state)
    try:
        app, local, public_url = page.launch(
            server_name=host,
            server_port=port,
            share=share,
            auth=login,
            prevent_thread_lock=True,
            quiet=True,
            max_file_size=MAX_UPLOAD,
            theme=theme(),
            head=f"<style>{css()}</style>",
            footer_links=["api"],
            ssr_mode=False,
            mcp_server=mcp,
        )
    except OSError as error:
        raise ZooError(
            f"port {port} on {host} cannot be used ({error}); choose another with --port"
        ) from error
    app.router.routes.insert(0, APIRoute("/healthz", _health(state), methods=["GET"]))
    if share and public_url:
        print(f"shared: {public_url} (public, lasts up to a week)", flush=True)
    elif share:
        print(
            "no share link: the tunnel service is out of reach; the page is served locally only",
            file=sys.stderr,
            flush=True,
        )
    return app, local


def _health(state: PageState) -> Any:
    def healthz() -> dict[str, Any]:
        zoo = state.zoo()
        return {"status": "ok", "backbones": sorted(zoo.runs) if zoo else []}

    return healthz


def _login(auth: str | None, share: bool, public: bool) -> tuple[str, str] | None:
    if auth is not None:
        user, _, password = auth.partition(":")
        if not user or not password:
            raise ZooError("--auth is not of the form USER:PASSWORD")
        return user, password
    if share and not public:
        return "zoo", secrets.token_urlsafe(PASSWORD_BYTES)
    return None


def _sample_job(folder: Path, plugins: Sequence[Path]) -> Job | None:
    """The job that makes or finishes the sample zoo; None when there is nothing to do."""
    if folder != RUNS / SAMPLE:
        return None
    shipped = load_plugins(plugins).shipped()
    if all((folder / name / "run.json").is_file() for name in shipped):
        return None
    try:
        with sole_writer(folder):
            pass
    except ZooError:
        return None  # another page or a train.py is at work on it; this page shows its progress
    return Job(sample_command(folder), folder)


def _wait(job: Job | None) -> None:
    """Sleep until Ctrl-C or a request to end."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not ended.wait(1.0):
        pass
    if job is not None:
        job.stop()
    print("stopped", flush=True)
    os._exit(0)  # gradio's server threads would keep the process alive
