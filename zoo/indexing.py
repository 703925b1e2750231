"""Which index a run has, and what it is built of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo.catalog import Catalog
from zoo.errors import ZooError, unknown
from zoo.features.encoder import Features
from zoo.indexes import TARGET_RECALL, Column, Index, IndexSettings, Items
from zoo.plugins import load_plugins
from zoo.search.match import own_or_predicted

DEFAULT = "annoy"  # runs that do not say which index they have, have this one
NAME, URI, RECALL = "index", "index_uri", "recall"  # in run.json: what was asked of the index


@dataclass(frozen=True)
class Wish:
    """What is asked of the index of a run; what is None stays as run.json has it."""

    name: str | None = None
    recall: float | None = None  # recall@10 against exact search
    uri: str | None = None  # a folder or s3://..., for an index that need not lie in its run
    known: Mapping[str, Index] | None = None  # those there are; None: those without --plugins
    workers: Executor | None = None  # of a cluster, that are to write it

    def kept(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """run.json with this wish in it; ZooError when no index can fulfil it."""
        facts = dict(facts)
        if self.name not in (None, facts.get(NAME, DEFAULT)):
            facts.pop(URI, None)  # of the other index
        asked = {NAME: self.name, RECALL: self.recall, URI: self.uri}
        facts.update({key: value for key, value in asked.items() if value is not None})
        index = self.index_of(facts)
        if URI in facts and not index.remote:
            raise ZooError(
                f"index {index.name!r} lies in the folder of its run; leave out --index-uri, or "
                f"name another index: {', '.join(i.name for i in self._known.values() if i.remote)}"
            )
        if self.workers is not None and not index.spreads:
            raise ZooError(
                f"index {index.name!r} is built by one process; leave out --engine, or name "
                f"another index: {', '.join(i.name for i in self._known.values() if i.spreads)}"
            )
        return facts

    def index_of(self, facts: Mapping[str, Any]) -> Index:
        """The index that run.json asks for."""
        return index_named(str(facts.get(NAME, DEFAULT)), self._known)

    def is_new(self, facts: Mapping[str, Any]) -> bool:
        """Whether something else is asked for than run.json has."""
        return self.kept(facts) != dict(facts)

    @property
    def _known(self) -> Mapping[str, Index]:
        return load_plugins().indexes if self.known is None else self.known


AS_BEFORE = Wish()


def index_named(name: str, known: Mapping[str, Index] | None) -> Index:
    """The index of that name, of these or of those there are without --plugins."""
    known = load_plugins().indexes if known is None else known
    if name not in known:
        raise ZooError(unknown("index", name, known))
    return known[name]


def asked_of(
    facts: Mapping[str, Any], backbone: str, seed: int, say: Callable[[str], None]
) -> IndexSettings:
    """What run.json asks of the index of a backbone; each has a place of its own at the URI."""
    uri = facts.get(URI)
    recall = facts.get(RECALL, TARGET_RECALL)
    return IndexSettings(seed, recall, f"{uri.rstrip('/')}/{backbone}" if uri else None, say)


def items_of(catalog: Catalog, features: Features, path: Path | None) -> Items:
    """A catalogue as an index sees it; filters go by the labels that the search shows."""
    labels = own_or_predicted(catalog.label_matrix(), features.best, features.confidence)
    columns = {
        attribute.name: Column(labels.classes[:, number], attribute.classes)
        for number, attribute in enumerate(catalog.singles)
    }
    ids = catalog.table["item_id"].to_numpy()
    return Items(features.embeddings, ids, columns, catalog.name, path)
