"""A style profile: a set of pictures as one backbone sees it, small enough to be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from zoo.catalog.catalog import UNKNOWN
from zoo.compare import Tags, Zoo
from zoo.errors import ZooError
from zoo.features.encoder import Features
from zoo.runs import Run
from zoo.search.ask import Answer, Ask, Query
from zoo.search.exact import unit_mean
from zoo.search.match import Labels
from zoo.training.network import MODEL

MOST_PICTURES = 200  # of one profile
LONGEST = 32_768  # dimensions of an embedding that a kept profile may have
DECIMALS = 5  # of the numbers of a kept embedding; rounding turns it by less than 0.1 degrees


@dataclass(frozen=True)
class Profile:
    """What one backbone says of a set of pictures: classes and where they lie on the whole."""

    backbone: str
    model: str  # which training of it; embeddings of two trainings cannot be compared
    tags: tuple[Tags, ...]  # one per picture
    items: tuple[str, ...]  # per picture: the catalogue's item that is the same file, "" for none
    embedding: np.ndarray  # (D,) float32, the direction of the pictures' mean

    @property
    def of_catalogue(self) -> bool:
        """Whether every picture is an item of the catalogue, and can be looked up again."""
        return all(self.items)


@dataclass(frozen=True)
class Bar:
    """How often a class was predicted, and in how many of these cases without confidence."""

    value: str
    count: int
    unsure: int


def model_of(run: Run) -> str:
    """Which training a run's embeddings are of."""
    return str(run.facts["files"][MODEL]["sha256"])[:16]


def items_of_files(zoo: Zoo, digests: Sequence[str]) -> tuple[str, ...]:
    """Per sha256 of a picture file the catalogue's item that is the same file, "" for none."""
    table = zoo.catalog.table
    known = dict(zip(table["sha256"], table["item_id"].astype(str), strict=True))
    return tuple(known.get(digest, "") for digest in digests)


def profile_of(run: Run, tags: Sequence[Tags], items: Sequence[str], features: Features) -> Profile:
    """The profile of pictures that a run has looked at, in one order; ZooError beyond the limit."""
    if not 0 < len(tags) <= MOST_PICTURES:
        raise ZooError(f"{len(tags)} pictures are not within 1..{MOST_PICTURES} of a profile")
    embedding = unit_mean(features.embeddings)
    return Profile(run.name, model_of(run), tuple(tags), tuple(items), embedding)


def features_of_items(zoo: Zoo, items: Sequence[str], backbone: str) -> Features:
    """What a run says of items of the catalogue, without looking at their pictures again."""
    rows = np.asarray([zoo.catalog.row_of(item) for item in items], dtype=np.int64)
    return zoo.run(backbone).predictions[rows]


def profile_of_items(zoo: Zoo, items: Sequence[str], backbone: str) -> Profile:
    """The profile of items of the catalogue."""
    features = features_of_items(zoo, items, backbone)
    return profile_of(zoo.run(backbone), zoo.tags_of(items, features), items, features)


def current(zoo: Zoo, profile: Profile) -> Profile:
    """The profile as the present training of its backbone sees it.

    ZooError when the backbone was trained anew and the pictures are not the catalogue's.
    """
    run = zoo.run(profile.backbone)
    if model_of(run) == profile.model:
        return profile
    if profile.of_catalogue:
        return profile_of_items(zoo, profile.items, run.name)
    raise ZooError(
        f"backbone {run.name!r} was trained anew since this profile was made, so its embedding "
        "says nothing any more; give the pictures again"
    )


def recommend_for(zoo: Zoo, profile: Profile, ask: Ask) -> Answer:
    """Items that fit a profile, the pictures of the profile left out."""
    run = zoo.run(profile.backbone)
    if model_of(run) != profile.model or profile.embedding.shape != run.embeddings.shape[1:]:
        raise ZooError(f"this profile is of another training of backbone {run.name!r}")
    known = _rows(zoo, profile)
    labels = profile_labels(zoo, profile)
    seen = Features(profile.embedding[None], labels.classes[:, :, None], labels.confidence)
    own = tuple(known[known >= 0].tolist())
    return run.recommender.recommend(Query(seen, labels, own_rows=own), ask)


def profile_labels(zoo: Zoo, profile: Profile) -> Labels:
    """The profile as a matrix (q, m): the catalogue's own labels where it has the picture."""
    singles = zoo.catalog.singles
    classes = np.full((len(profile.tags), len(singles)), UNKNOWN, dtype=np.int64)
    confidence = np.zeros(classes.shape, dtype=np.float32)
    for row, tags in enumerate(profile.tags):
        for column, attribute in enumerate(singles):
            value, chance = tags.attributes.get(attribute.name, ("", 0.0))
            if value in attribute.classes:
                classes[row, column] = attribute.classes.index(value)
                confidence[row, column] = chance
    true = np.zeros(classes.shape, dtype=bool)
    rows = _rows(zoo, profile)
    here = rows >= 0
    if here.any():
        labels = zoo.run(profile.backbone).recommender.labels[rows[here]]
        classes[here], confidence[here], true[here] = labels.classes, labels.confidence, labels.true
    return Labels(classes, confidence, true)


def _rows(zoo: Zoo, profile: Profile) -> np.ndarray:
    """Per picture its row of the catalogue, (q,) int64, -1 where it is none (any more)."""
    ids = pd.Index(zoo.catalog.table["item_id"], dtype=object)
    rows: np.ndarray = ids.get_indexer(pd.Index(profile.items, dtype=object))
    return rows


def attribute_names(tags: Sequence[Tags]) -> list[str]:
    """The attributes that were predicted, those of several classes last."""
    return [*tags[0].attributes, *tags[0].multis] if tags else []


def cells(tags: Tags, attribute: str) -> list[tuple[str, float]]:
    """The classes that one picture has of an attribute, with the confidence in each."""
    if attribute in tags.multis:
        return tags.multis[attribute]
    return [tags.attributes[attribute]] if attribute in tags.attributes else []


def histogram(tags: Sequence[Tags], attribute: str, threshold: float) -> list[Bar]:
    """How often each class of an attribute was predicted, the commonest first."""
    found = [cell for one in tags for cell in cells(one, attribute)]
    unsure = Counter(value for value, confidence in found if confidence < threshold)
    counts = Counter(value for value, _ in found)
    return [Bar(value, count, unsure[value]) for value, count in counts.most_common()]


def to_json(profile: Profile) -> dict[str, Any]:
    """A profile as JSON values, for whoever keeps it."""
    return {
        "backbone": profile.backbone,
        "model": profile.model,
        "embedding": [round(float(x), DECIMALS) for x in profile.embedding],
        "pictures": [
            {
                "name": tags.path,
                "item": item,
                "attributes": {n: [v, round(c, 4)] for n, (v, c) in tags.attributes.items()},
                "multis": {n: [[v, round(c, 4)] for v, c in f] for n, f in tags.multis.items()},
            }
            for tags, item in zip(profile.tags, profile.items, strict=True)
        ],
    }


def from_json(value: Any) -> Profile:
    """A profile that was kept; ZooError when this is none."""
    try:
        embedding = np.asarray(value["embedding"], dtype=np.float32)
        pictures = value["pictures"]
        sound = embedding.ndim == 1 and 0 < len(embedding) <= LONGEST
        if not sound or not np.isfinite(embedding).all() or not 0 < len(pictures) <= MOST_PICTURES:
            raise ValueError
        return Profile(
            str(value["backbone"]),
            str(value["model"]),
            tuple(_tags(picture) for picture in pictures),
            tuple(str(picture["item"]) for picture in pictures),
            embedding,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ZooError("this kept profile cannot be read; remove it and keep it anew") from error


def _tags(picture: Any) -> Tags:
    return Tags(
        str(picture["name"]),
        {str(n): (str(v), float(c)) for n, (v, c) in picture["attributes"].items()},
        {str(n): [(str(v), float(c)) for v, c in f] for n, f in picture["multis"].items()},
    )
