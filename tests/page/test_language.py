"""The page in another language: all its texts are in one catalogue, and what is there is shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import CLICK_PATIENCE, PATIENCE, open_tab, serve
from zoo.catalog import load_catalog
from zoo.errors import ZooError
from zoo.inventory import models
from zoo.outputs.leaderboard import BLEND_NOTE, PROCESSED_NOTE
from zoo.page import language
from zoo.page.app import TABS
from zoo.page.language import IN_SCRIPT
from zoo.page.messages import CATALOGUE, FOLDER, TEXTS, all_messages, calls, catalogue, in_script
from zoo.page.programs.snippets import ENDPOINTS
from zoo.plugins import load_plugins
from zoo.training.settings import WEIGHTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MODULES = sorted(FOLDER.rglob("*.py"))
BEGIN, END = "⟦", "⟧"
# What is not between the marks of a translated text, in what a person sees or is told of.
UNTRANSLATED = """([begin, end, outside]) => {
  const found = new Set();
  let depth = 0;
  const rest = (text) => {
    let left = '';
    for (const letter of text) {
      if (letter === begin) depth++;
      else if (letter === end) depth--;
      else left += depth ? ' ' : letter;
    }
    return left.trim();
  };
  const keep = (node, text) => {
    const part = rest(text);
    if (/\\p{L}/u.test(part) && node.checkVisibility() && !node.closest(outside)) found.add(part);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!/^(SCRIPT|STYLE|NOSCRIPT)$/.test(node.parentElement.tagName))
      keep(node.parentElement, node.data);
  }
  depth = 0;
  for (const node of document.body.querySelectorAll('*'))
    for (const name of ['title', 'aria-label', 'alt', 'placeholder'])
      if (node.getAttribute(name)) keep(node, node.getAttribute(name));
  return [...found];
}"""
# Code to copy; sentences and rows that the commands say as well; gradio's own parts.
OUTSIDE = (
    "pre, code, kbd, .cm-editor, .verdict > h3, .verdict > ul, .notes, .few, .enough, .machine, "
    ".problems, #leaderboard tbody th, .home, footer, .upload-container, .icon-button-wrapper, "
    ".modebar, .toast-wrap, .webcam-wrap, [data-testid=file-upload], [data-testid=status-tracker], "
    "[aria-label=Clear], [aria-label='Empty value']"
)
GRADIO = {
    "Upload file", "Paste from clipboard", "number input for", "range slider for",
    "Reset to default value", "processing", "Loading", "common.complete",
}  # fmt: skip
IN_QUEUE = re.compile(r"In queue: \d+ of \d+")  # Gradio's too, for a moment


def at_import(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that are made when a module is imported: within no function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from at_import(node)


def test_the_catalogue_is_that_of_the_code() -> None:
    pytest.importorskip("babel")
    assert CATALOGUE.read_bytes() == catalogue(), "texts have changed; run: make messages"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(FOLDER)))
def test_no_text_is_put_together_before_it_is_looked_up(path: Path) -> None:
    for call in calls(path):
        name = call.func.id  # type: ignore[attr-defined]
        for text in call.args[: TEXTS[name]]:
            plain = isinstance(text, ast.Constant) and isinstance(text.value, str)
            named = isinstance(text, (ast.Name, ast.Attribute, ast.Subscript))
            assert plain or (named and name == "_"), f"{path}:{call.lineno}: {ast.unparse(call)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(FOLDER)))
def test_no_text_is_looked_up_before_the_language_is_chosen(path: Path) -> None:
    for call in at_import(ast.parse(path.read_text())):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        assert name not in ("_", "ngettext"), f"{path}:{call.lineno}: {ast.unparse(call)}"


# What is said in the terminal of whoever starts the page, before anybody sees it.
AT_THE_START = {
    "language.py",
    "launch.py",
    "serving/options.py",
    "serving/login.py",
    "thumbnails.py",
}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(FOLDER)))
def test_what_a_visitor_is_refused_is_marked(path: Path) -> None:
    if path.relative_to(FOLDER).as_posix() in AT_THE_START:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ZooError":
            bare = isinstance(node.args[0], (ast.Constant, ast.JoinedStr))
            assert not bare, f"{path}:{node.lineno}: {ast.unparse(node)}"


def test_what_stands_for_something_has_a_name() -> None:
    for message in all_messages():
        names = [{n for _, n, _, _ in Formatter().parse(t) if n is not None} for t in message.texts]
        assert all(name.isidentifier() for name in names[0]), message
        assert names[0] == names[-1], message


def test_scripts_find_the_texts_that_they_show() -> None:
    pytest.importorskip("babel")
    for path in FOLDER.rglob("*.js"):
        marked = {text for message in in_script(path) for text in message.texts}
        assert set(IN_SCRIPT.findall(path.read_text())) == marked, path


def test_the_form_follows_the_number_and_an_unknown_language_is_told() -> None:
    language.speak(None)
    assert language.ngettext("{n} item", "{n} items", 2) == "{n} items"
    with pytest.raises(ZooError, match="no translation 'tlh' of the page; available: none"):
        language.speak("tlh")


@pytest.fixture(scope="module")
def marked_language(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language in which every text stands between two marks."""
    pytest.importorskip("babel")
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    made = Catalog(locale="en")
    for message in all_messages():
        texts = tuple(f"{BEGIN}{text}{END}" for text in message.texts)
        several = len(texts) > 1
        made.add(message.texts if several else message.texts[0], texts if several else texts[0])
    folder = tmp_path_factory.mktemp("locale") / "marked"
    file = folder / language.FILE
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        write_mo(out, made)
    return folder


@pytest.fixture
def translated(
    browser: Browser, page_folder: Path, plugins: Path, marked_language: Path
) -> Iterator[Page]:
    process, address = serve(
        page_folder.parent, "--runs", str(page_folder), "--plugins", str(plugins),
        "--language", str(marked_language),
    )  # fmt: skip
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(CLICK_PATIENCE)
    page.goto(address)
    page.wait_for_selector(".backbone .tile", timeout=PATIENCE * 1000)
    yield page
    page.close()
    process.terminate()
    process.wait(timeout=20)


def known_words(folder: Path, plugins: Path) -> re.Pattern[str]:
    """What is data: items, classes, attributes, backbones, units and names of options."""
    catalog = load_catalog(folder)
    words = {BLEND_NOTE.capitalize(), PROCESSED_NOTE.capitalize(), catalog.name}
    words |= {str(text) for name in ("item_id", "title") for text in catalog.table[name]}
    for attribute in catalog.attributes:
        words |= {attribute.name, *attribute.classes}
    registry = load_plugins([plugins])
    for model in models(registry, folder, None):
        published = model.published.licence or ""
        words |= {model.title, model.name, model.source, model.origin, published}
    words |= {index.title for index in registry.indexes.values()}
    words |= {"attribute_match@5", "recall@1", "recall@5", "recall@10", "map@10"}
    words |= {"ms", "px", "MB", "kB", "GB", "min"} | set(WEIGHTS) | set(ENDPOINTS) | GRADIO
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest_first if word)
    )


def test_the_page_is_shown_in_the_language_that_was_chosen(
    translated: Page, page_folder: Path, plugins: Path
) -> None:
    page, data = translated, known_words(page_folder, plugins)
    left: dict[str, list[str]] = {}

    def look(where: str) -> None:
        page.wait_for_timeout(400)
        found = page.evaluate(UNTRANSLATED, [BEGIN, END, OUTSIDE])
        said = [text for text in found if not IN_QUEUE.fullmatch(text.strip())]
        bare = [text for text in said if re.search(r"[^\W\d_]{2,}", data.sub("", text))]
        if bare:
            left[where] = bare

    def wanted(text: str) -> str:
        return f"{BEGIN}{text}{END}"

    assert page.title() == wanted("Fashion model zoo")
    page.get_by_text(wanted("Filters and ranking")).click()
    page.get_by_text(wanted("Camera, saved queries")).click()
    page.locator("details.overlap summary").click()
    look("Compare")
    page.locator(".backbone .details").first.click()
    page.wait_for_selector("#details .heat")
    look("Details")
    page.keyboard.press("Escape")
    ready = {
        "Leaderboard": "#verdict table", "Judge": "#judge .empty", "Use": "#use-picks button",
        "Map": ".map-frame", "Models": ".card", "API": ".cm-content",
    }  # fmt: skip
    for _, tab, _ in TABS[1:]:
        open_tab(page, wanted(tab))
        page.locator(ready[tab]).first.wait_for(state="attached")
        folds = page.locator("button.label-wrap:visible:not(.open)")
        for _ in range(folds.count()):
            folds.first.click()
        look(tab)
    open_tab(page, wanted("Judge"))
    page.locator("#judge [data-next]").click()
    page.locator("#judge [data-vote]").first.click()
    page.locator("#judge .named").first.wait_for()
    look("a duel")
    open_tab(page, wanted("Use"))
    page.locator("#use-picks button").first.click()
    page.locator("#use-items button").first.wait_for()
    page.locator("#use-button").click()
    page.locator("#use-fits li").first.wait_for()
    look("a set")
    assert not left, "\n".join(f"{where}: {texts}" for where, texts in left.items())
