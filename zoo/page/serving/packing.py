"""The page itself, packed for the way to its visitors."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

PAGES = ("/", "/config")  # the settings of all components
QUICKEST = 1  # already a small part of the bytes; other visitors wait meanwhile


class PackPage:
    """Packs what gradio sends of the page as it is; its scripts it has packed already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._packing = app, GZipMiddleware(app, compresslevel=QUICKEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, packed where that is worth it and understood."""
        page = scope["type"] == "http" and scope["path"] in PAGES
        await (self._packing if page else self._app)(scope, receive, send)
