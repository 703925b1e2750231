"""Long work as a process of its own beside the page, such as the training of the sample zoo."""

from __future__ import annotations

import atexit
import subprocess
import sys
from pathlib import Path

from zoo.weights import answers

# As much as two cores do for four backbones within six minutes.
RANDOM = ("--weights", "random", "--image-size", "64", "--epochs-frozen", "0",
          "--epochs-unfrozen", "4", "--batch-size", "24")  # fmt: skip
PRETRAINED = ("--weights", "pretrained", "--image-size", "96", "--epochs-frozen", "5",
              "--epochs-unfrozen", "1")  # fmt: skip
LOG = "training.log"


def sample_command(zoo: Path) -> list[str]:
    """The command that makes the sample zoo, with pretrained weights where the hub answers."""
    from huggingface_hub import constants

    recipe = PRETRAINED if answers(constants.ENDPOINT) else RANDOM
    return [sys.executable, "-m", "zoo.cli", "train", "--runs", str(zoo), "--resume", *recipe]


class Job:
    """One job that ends with the page; what it finished stays, the rest can be resumed."""

    def __init__(self, command: list[str], zoo: Path) -> None:
        zoo.mkdir(parents=True, exist_ok=True)
        self.log = zoo / LOG
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C on the page is passed on below, once
            )  # fmt: skip
        atexit.register(self.stop)

    def running(self) -> bool:
        """Whether it is still at work."""
        return self._process.poll() is None

    def failure(self) -> str | None:
        """Its last line when it ended badly; None otherwise."""
        if self.running() or self._process.returncode == 0:
            return None
        text = self.log.read_text("utf-8", errors="replace").replace("\r", "\n").strip()
        return text.splitlines()[-1] if text else f"exit status {self._process.returncode}"

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C would, and wait for it."""
        if not self.running():
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
