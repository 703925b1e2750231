"""Headers on every answer: what a browser may do with the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SPACE_FRAMES = ("https://huggingface.co", "https://*.hf.space")  # a Space is shown in a frame
SOURCES = {
    "default-src": "'self'",
    # Gradio puts scripts into the page and makes functions of the page's own js_on_load.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


def safe_headers(environment: Mapping[str, str]) -> dict[str, str]:
    """The headers; on a Hugging Face Space the hub may show the page in a frame, else nobody."""
    frames: Sequence[str] = SPACE_FRAMES if "SPACE_ID" in environment else ()
    sources = {**SOURCES, "frame-ancestors": " ".join(("'self'", *frames))}
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": "; ".join(f"{k} {v}" for k, v in sources.items()),
    }
    return headers if frames else {**headers, "X-Frame-Options": "SAMEORIGIN"}


class SafeHeaders:
    """Adds them to whatever is answered."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)
