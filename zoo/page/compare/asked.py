"""What a visitor asks: the query and every control, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass

from zoo.catalog import Catalog
from zoo.compare import Encode, Result, Zoo
from zoo.errors import ZooError
from zoo.page.language import _
from zoo.search.ask import Ask

TOP = 5


@dataclass(frozen=True)
class Asked:
    """The controls of the comparison, in their order on the page."""

    uploads: tuple[str, ...] = ()  # files in gradio's cache
    items: tuple[str, ...] = ()  # ids of the catalogue; not looked at where there are uploads
    backbones: tuple[str, ...] = ()
    top: int = TOP
    alpha: float = 1.0
    filters: tuple[str, ...] = ()  # "attribute: class"
    same: bool = False
    exact: bool = False
    diversity: float = 0.0
    near_duplicates: bool = False

    @staticmethod
    def of(
        uploads: list[tuple[str, str | None]] | None,
        picked: list[str],
        backbones: list[str],
        top: float,
        alpha: float,
        filters: list[str] | None,
        same: bool,
        exact: bool,
        diversity: float,
        near_duplicates: bool,
    ) -> Asked:
        """The values of the components."""
        return Asked(
            tuple(path for path, _ in uploads or ()),
            tuple(picked),
            tuple(backbones),
            int(top),
            float(alpha),
            tuple(filters or ()),
            bool(same),
            bool(exact),
            float(diversity),
            bool(near_duplicates),
        )

    def controls(self) -> tuple[object, ...]:
        """The values of the components from `picked` on."""
        values = astuple(self)[1:]
        return tuple(list(value) if isinstance(value, tuple) else value for value in values)

    def ask(self, catalog: Catalog) -> Ask:
        """The same as the search understands it."""
        return Ask(
            self.top,
            self.alpha,
            conditions(catalog, self.filters),
            self.same,
            self.exact,
            self.diversity,
            self.near_duplicates,
        )

    def answers(self, zoo: Zoo, pictures: Mapping[str, bytes], encode: Encode) -> dict[str, Result]:
        """The answer of every chosen backbone; `pictures` are the contents of the uploads."""
        if not self.backbones:
            raise ZooError(_("no backbone is chosen; tick at least one"))
        ready = [name for name in self.backbones if name in zoo.runs]
        if not ready:  # an empty list would ask all of them
            gone = _("none of the chosen backbones is there any more; tick at least one")
            raise ZooError(gone)
        if pictures:
            return zoo.recommend(pictures, self.ask(zoo.catalog), ready, encode)
        rows = [zoo.catalog.row_of(item) for item in self.items]
        return zoo.recommend_items(rows, self.ask(zoo.catalog), ready)


def filter_texts(catalog: Catalog) -> dict[str, tuple[str, str]]:
    """Every text that can be chosen, "attribute: class", and what it stands for."""
    return {f"{a.name}: {value}": (a.name, value) for a in catalog.singles for value in a.classes}


def conditions(catalog: Catalog, chosen: Iterable[str] | None) -> dict[str, list[str]]:
    """The chosen texts as attribute -> any of these classes; ZooError for one there is not."""
    known = filter_texts(catalog)
    where: dict[str, list[str]] = {}
    for text in chosen or ():
        if text not in known:
            raise ZooError(_("no attribute and class {name}").format(name=repr(text)))
        name, value = known[text]
        where.setdefault(name, []).append(value)
    return where
