"""The page of a Hugging Face Space, over the zoo directory beside this file."""

import os
from pathlib import Path

from zoo.cli import main
from zoo.page.launch import launch
from zoo.page.serving.options import ServeOptions

ZOO = Path(__file__).parent / "runs"


def page() -> None:
    """Serve the zoo where the hub looks for it; a login is asked for when ZOO_AUTH is a secret."""
    launch(ServeOptions(ZOO, host="0.0.0.0", port=7860, auth=os.environ.get("ZOO_AUTH")))


if __name__ == "__main__":
    main(page)
