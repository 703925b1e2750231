"""Long work as a process of its own beside the page, such as the training of the sample zoo."""

from __future__ import annotations

import atexit
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from zoo.page.language import _
from zoo.progress import Progress
from zoo.weights import answers

# As much as two cores do for four backbones within six minutes, measured from random weights.
RANDOM = ("--weights", "random", "--image-size", "64", "--epochs-frozen", "0",
          "--epochs-unfrozen", "4", "--batch-size", "24")  # fmt: skip
PRETRAINED = ("--weights", "pretrained", "--image-size", "96", "--epochs-frozen", "5",
              "--epochs-unfrozen", "2")  # fmt: skip
LOG = "training.log"
TAIL, LINES = 16_384, 12  # bytes that are read, lines that are shown


def sample_command(zoo: Path) -> list[str]:
    """The command that makes the sample zoo, with pretrained weights where the hub answers."""
    from huggingface_hub import constants

    recipe = PRETRAINED if answers(constants.ENDPOINT) else RANDOM
    return [*zoo_command(["train"], zoo), "--resume", *recipe]


def zoo_command(asked: Sequence[str], zoo: Path, plugins: Sequence[Path] = ()) -> list[str]:
    """A command of the zoo as a process of its own; the folders are the server's own."""
    folders = [part for folder in plugins for part in ("--plugins", str(folder))]
    return [sys.executable, "-m", "zoo.cli", *asked, "--runs", str(zoo), *folders]


BEGUN: list[Job] = []  # by this page, which ends them with itself


def stop_all() -> None:
    """End what is still at work."""
    for job in BEGUN:
        job.stop()


atexit.register(stop_all)


class Job:
    """One process that ends with the page; what it finished stays, the rest can be resumed."""

    def __init__(
        self,
        command: list[str],
        zoo: Path,
        title: str = "",
        remedy: str = "",
    ) -> None:
        zoo.mkdir(parents=True, exist_ok=True)
        self.title = title or _("the training of the sample zoo")
        self.remedy = remedy or _("Start the page again to go on where it was.")
        self.stopped = False  # by a person, which is no failure
        self._zoo, self.log = zoo, zoo / LOG
        with self.log.open("ab") as log:
            self._begins = log.tell()
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C on the page is passed on below, once
            )  # fmt: skip
        BEGUN.append(self)

    def running(self) -> bool:
        """Whether it is still at work."""
        return self._process.poll() is None

    def failure(self) -> str | None:
        """Its last line when it ended badly by itself; None otherwise."""
        if self.running() or self.stopped or self._process.returncode == 0:
            return None
        said = self.said()
        return said[-1] if said else _("exit status {n}").format(n=self._process.returncode)

    def said(self) -> list[str]:
        """The last lines of its output; of a bar that was drawn anew, what it came to."""
        if not self.log.is_file():  # the folder was replaced meanwhile
            return []
        with self.log.open("rb") as log:
            log.seek(max(self._begins, self.log.stat().st_size - TAIL))
            text = log.read().decode("utf-8", errors="replace")
        lines = [
            line.rsplit("\r", 1)[-1].strip() for line in text.replace("\r\n", "\n").split("\n")
        ]
        return [line for line in lines if line][-LINES:]

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C would, and wait for it."""
        if not self.running():
            return
        self.stopped = True
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            Progress(self._zoo).close()  # it could not say so itself
