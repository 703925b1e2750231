"""Everything that the page's code marks for translation, as one catalogue: `make messages`.

Python is read as Python is, because texts are marked within f-strings too; scripts by Babel.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "locale" / "page.pot"
TEXTS = {"_": 1, "marked": 1, "ngettext": 2}  # how many of the arguments are texts


class Message(NamedTuple):
    """A marked text, with its plural where it has one."""

    file: str
    line: int
    texts: tuple[str, ...]


def calls(path: Path) -> Iterator[ast.Call]:
    """The calls that mark or look up a text."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS:
            yield node


def in_python(path: Path) -> Iterator[Message]:
    """The texts that a module marks; what is not a plain text is looked up, not marked."""
    name = path.relative_to(FOLDER).as_posix()
    for call in calls(path):
        texts = call.args[: TEXTS[call.func.id]]  # type: ignore[attr-defined]
        plain = [t.value for t in texts if isinstance(t, ast.Constant) and isinstance(t.value, str)]
        if len(plain) == len(texts):
            yield Message(name, call.lineno, tuple(plain))


def in_script(path: Path) -> Iterator[Message]:
    """The texts that a script marks."""
    from babel.messages.extract import extract

    name = path.relative_to(FOLDER).as_posix()
    with path.open("rb") as file:
        for line, text, *_ in extract("javascript", file, keywords={"_": None}):
            yield Message(name, line, (str(text),))


def all_messages() -> list[Message]:
    """All of them, by file and line."""
    found = [m for path in FOLDER.rglob("*.py") for m in in_python(path)]
    found += [m for path in FOLDER.rglob("*.js") for m in in_script(path)]
    return sorted(found)


def catalogue() -> bytes:
    """The template of a translation, as gettext and Babel read it."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    made = Catalog(charset="utf-8")
    for message in all_messages():
        made.add(message.texts if len(message.texts) > 1 else message.texts[0],
                 locations=[(message.file, message.line)])  # fmt: skip
    out = io.BytesIO()
    # Without lines and dates it is another only when a text is.
    write_po(out, made, width=100, omit_header=True, include_lineno=False)
    return out.getvalue()


if __name__ == "__main__":
    CATALOGUE.parent.mkdir(exist_ok=True)
    CATALOGUE.write_bytes(catalogue())
