"""How a process is asked to end: Ctrl-C, a plain kill, a terminal that is closed."""

from __future__ import annotations

import signal


def requests_to_end() -> list[signal.Signals]:
    """The signals that ask for it; not a closing terminal where that is ignored, as by nohup."""
    asked = [signal.SIGINT, signal.SIGTERM]
    closed = getattr(signal, "SIGHUP", None)  # Windows has none
    if closed is not None and signal.getsignal(closed) is not signal.SIG_IGN:
        asked.append(closed)
    return asked
