"""What a backbone made of pictures lately, so that asking again does not run its network again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping

from zoo.compare import Encoded, encode
from zoo.features.encoder import Features
from zoo.pictures import digest
from zoo.runs import Run
from zoo.training.network import MODEL

PICTURES = 1024  # a picture and a backbone each; some ten kilobytes
Key = tuple[str, str, str, str]


class Remembered:
    """`encode` with a memory of bounded size; what was not asked for longest is forgotten."""

    def __init__(self, most: int = PICTURES) -> None:
        self._most = most
        self._known: OrderedDict[Key, Encoded] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, run: Run, pictures: Mapping[str, bytes]) -> Encoded:
        """Features in the order of the pictures, and what it took when each was first seen."""
        keys = {name: _key(run, data) for name, data in pictures.items()}
        found = self._recall(set(keys.values()))
        new = {key: name for name, key in keys.items() if key not in found}
        if new:
            made = encode(run, {name: pictures[name] for name in new.values()})
            parts = {key: _part(made, place) for place, key in enumerate(new)}
            self._keep(parts)
            found |= parts
        return Encoded(
            Features.join([found[key].features for key in keys.values()]),
            sum(found[key].ms for key in keys.values()),
        )

    def _recall(self, keys: set[Key]) -> dict[Key, Encoded]:
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
            for key in found:
                self._known.move_to_end(key)
        return found

    def _keep(self, parts: Mapping[Key, Encoded]) -> None:
        with self._lock:
            self._known.update(parts)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


def _key(run: Run, data: bytes) -> Key:
    # A run that took the place of another has other weights, or looks at pictures otherwise.
    weights = run.facts["files"][MODEL]["sha256"]
    return run.name, weights, str(run.transform), digest(data)


def _part(made: Encoded, place: int) -> Encoded:
    """One picture of several, with its share of the time."""
    return Encoded(made.features[place : place + 1], made.ms / len(made.features))
