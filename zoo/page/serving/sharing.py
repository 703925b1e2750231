"""What gradio says of a share link, in one line of our own."""

from __future__ import annotations

LASTS = "lasts up to a week, and as long as this page runs"
# What gradio prints when there is no link, and what that means.
REASONS = {
    "Checksum mismatch": "the tunnel program that was downloaded is not the one expected",
    "Missing file": "the tunnel program could not be downloaded; is the internet out of reach?",
}
OUT_OF_REACH = "the tunnel service is out of reach; is the internet?"


def share_line(address: str | None, said: str, login: bool) -> str:
    """The link and how long it lasts, or why there is none; `said` is what gradio printed."""
    if address:
        who = "whoever has it and the password" if login else "whoever has it, without a password"
        return f"shared: {address} (open to {who}; {LASTS})"
    reason = next((why for words, why in REASONS.items() if words in said), OUT_OF_REACH)
    return f"no share link: {reason}; the page is served locally only"
