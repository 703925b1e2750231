"""The tab that shows how a program asks the page."""

from __future__ import annotations

from typing import Any

import gradio as gr

from zoo.page.language import _, marked
from zoo.page.programs.snippets import CURL, ENDPOINTS, PLAIN, PYTHON, snippet
from zoo.page.shared import HIDDEN, Fill, Shared
from zoo.page.told import told

ABOUT = marked(
    "What this page shows, a program can ask for. Choose what to ask and in which language. The "
    "text below is filled with this page's own address and runs as it is, with a picture "
    "<code>dress.jpg</code> beside it."
)
NOTES = marked(
    'Where the page asks for a login: <code>Client(address, auth=("user", "password"))</code>; '
    "with curl first <code>curl -c cookies -d username=USER -d password=PASSWORD "
    "ADDRESS/login</code>, then <code>-b cookies</code> with every call. An assistant that speaks "
    "MCP finds the same four as tools at <code>ADDRESS/gradio_api/mcp/</code> when the page was "
    "started with <code>--mcp</code>."
)
SPOKEN = {
    PYTHON: marked("Python, gradio_client"),
    CURL: marked("curl"),
    PLAIN: marked("Python, nothing installed"),
}
# Only the browser knows under which address it sees the page: a tunnel or proxy may be between.
OWN_ADDRESS = """(address, ...more) => {
  const {origin, pathname} = window.location;
  return [origin + pathname.replace(/[/]+$/, ''), ...more];
}"""


def programs_tab(shared: Shared) -> Fill:
    """Lay the tab out and wire it; it is filled by what is returned."""
    state = shared.state
    gr.HTML(f"<p>{_(ABOUT)}</p>")
    address = gr.Textbox(visible=False)
    with gr.Row():
        endpoint = gr.Radio(
            label=_("Ask for"), choices=[f"/{name}" for name in ENDPOINTS], value="/recommend",
            min_width=280, elem_id="api-endpoint",
        )  # fmt: skip
        language = gr.Radio(
            label=_("With"),
            choices=[(_(title), name) for name, title in SPOKEN.items()],
            value=PYTHON,
            min_width=280,
            elem_id="api-language",
        )
    code = gr.Code(
        label=_("Copy this"), interactive=False, wrap_lines=True, max_lines=40, elem_id="api-code"
    )
    gr.HTML(f'<p class="quiet">{_(NOTES)}</p>')

    @told
    def show(own: str, asked: str, spoken: str) -> Any:
        zoo = state.zoo()
        backbone = next(iter(sorted(zoo.runs)), "") if zoo else ""
        text = snippet(asked.removeprefix("/"), spoken, own, backbone)
        return gr.Code(value=text, language="python" if spoken in (PYTHON, PLAIN) else "shell")

    inputs = [address, endpoint, language]
    chosen = [endpoint.input, language.input]
    gr.on(chosen, show, inputs, code, js=OWN_ADDRESS, trigger_mode="always_last", **HIDDEN)
    return lambda event: event.then(show, inputs, code, js=OWN_ADDRESS, **HIDDEN)
