"""The language of the page: English in the code, marked `_("...")`, looked up where it is shown.

Words that stand for something have names in braces: `_("{items} items").format(items=...)`.
`make messages` writes all that is marked to locale/page.pot; docs/page.md says how to translate it.
"""

from __future__ import annotations

import gettext
import json
import re
from pathlib import Path

from zoo.errors import ZooError

LOCALE = Path(__file__).parent / "locale"
FILE = Path("LC_MESSAGES") / "page.mo"
# In a script: _('...') or _('...', {name: value}).
IN_SCRIPT = re.compile(r"\b_\(\s*'([^'\\]+)'")
LOOK_UP = """
const _ = (text, named) =>
  words[text].replace(/{(\\w+)}/g, (brace, name) => (named && name in named ? named[name] : brace));
"""
_spoken: list[gettext.NullTranslations] = [gettext.NullTranslations()]


def speak(language: str | None) -> None:
    """Show the page in a language: the name of a folder of locale/, or a folder; None: English."""
    if language is None:
        _spoken[0] = gettext.NullTranslations()
        return
    place = Path(language) if (Path(language) / FILE).is_file() else LOCALE / language
    if not (place / FILE).is_file():
        there = ", ".join(sorted(found.parts[-3] for found in LOCALE.glob(f"*/{FILE}"))) or "none"
        raise ZooError(
            f"no translation {language!r} of the page; available: {there}, or a folder that has "
            f"{FILE.as_posix()}"
        )
    with (place / FILE).open("rb") as file:
        _spoken[0] = gettext.GNUTranslations(file)


def _(message: str) -> str:
    """The message in the language of the page."""
    return _spoken[0].gettext(message)


def ngettext(one: str, several: str, number: int) -> str:
    """The form of the message that suits the number."""
    return _spoken[0].ngettext(one, several, number)


def marked(message: str) -> str:
    """The message itself, translated later by `_` where it is shown: for constants."""
    return message


def script_of(*files: Path) -> str:
    """Scripts of the page, one after the other, with the texts that they show before them."""
    code = "\n".join(file.read_text("utf-8") for file in files)
    words = {message: _(message) for message in IN_SCRIPT.findall(code)}
    return f"const words = {json.dumps(words)};{LOOK_UP}{code}"
