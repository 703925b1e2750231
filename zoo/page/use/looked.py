"""A set of pictures that one backbone has looked at, as the tab of their use holds it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zoo.compare import Seen, Skipped, Tags, Zoo
from zoo.errors import ZooError
from zoo.features.encoder import Features
from zoo.outputs.recommendations import answers, header, rows_of
from zoo.outputs.tags import tagged_csv
from zoo.page.language import _
from zoo.page.picks import rows_by_id
from zoo.page.state import PageState, run_of
from zoo.page.thumbnails import inline
from zoo.picture_tables import PictureTable
from zoo.pictures import digest, read_bytes
from zoo.search.ask import Ask
from zoo.style import (
    Profile,
    attribute_names,
    features_of_items,
    items_of_files,
    model_of,
    profile_of,
    profile_of_items,
)

SIDE = 72  # pixels of a picture in the table


@dataclass(frozen=True)
class Looked:
    """A profile with what is shown beside it; nothing of it needs a network any more."""

    profile: Profile
    pictures: tuple[str, ...]  # addresses of small pictures, "" for none
    digests: tuple[str, ...] = ()  # of the files
    features: Features | None = None  # of each picture; None where only the profile was kept
    skipped: tuple[tuple[str, str], ...] = ()  # name and reason
    note: str = ""


def look(zoo: Zoo, files: Mapping[str, Path], backbone: str) -> Iterator[int | Looked]:
    """Look at uploads, batch after batch: how many are done, and in the end what was seen."""
    names = {str(path): name for name, path in files.items()}
    seen: list[Seen] = []
    shown: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    done = 0
    for part in zoo.look(files.values(), backbone):
        if isinstance(part, Skipped):
            skipped.append((names[part.path], _reason(part, names[part.path])))
            done += 1
            continue
        seen.append(part)
        shown += [_shown(path) for path in part.paths]
        done += len(part.paths)
        yield done
    if not seen:
        name, reason = skipped[0]
        none = _("no picture can be used; {name}: {reason}")
        raise ZooError(none.format(name=name, reason=reason))
    features = Features.join([part.features for part in seen])
    tags = zoo.tags_of([names[path] for part in seen for path in part.paths], features)
    digests, small = zip(*shown, strict=True)
    profile = profile_of(zoo.run(backbone), tags, items_of_files(zoo, digests), features)
    yield Looked(profile, small, digests, features, tuple(skipped))


def _shown(path: str) -> tuple[str, str]:
    """The sha256 of a picture file, and its small picture; what the file holds is not kept."""
    data = read_bytes(Path(path))
    return digest(data), inline(data, SIDE)


def _reason(skipped: Skipped, name: str) -> str:
    """Why, without the server's folders."""
    return skipped.reason.replace(skipped.path, name).removeprefix(f"{name}: ")


def look_up(state: PageState, zoo: Zoo, items: Sequence[str], backbone: str) -> Looked:
    """Items of the catalogue, at which every backbone has looked already."""
    return of_profile(state, zoo, profile_of_items(zoo, items, backbone))


def of_profile(state: PageState, zoo: Zoo, profile: Profile, note: str = "") -> Looked:
    """A profile by itself; the pictures that are the catalogue's are shown with it."""
    table = zoo.catalog.table
    rows = rows_by_id(zoo.catalog, profile.items)
    urls = state.thumbnails.urls(zoo.catalog, list(rows.values()))
    pictures = tuple(urls[rows[item]] if item in rows else "" for item in profile.items)
    run = zoo.runs.get(profile.backbone)
    known = run is not None and model_of(run) == profile.model and set(rows) >= {*profile.items}
    if not known:
        return Looked(profile, pictures, note=note)
    digests = tuple(str(table["sha256"].iat[rows[item]]) for item in profile.items)
    features = features_of_items(zoo, profile.items, profile.backbone)
    return Looked(profile, pictures, digests, features, note=note)


def tags_csv(looked: Looked) -> str:
    """The CSV of `zoo tag`: class and confidence of every attribute, a row per picture."""
    names = [tags.path for tags in looked.profile.tags]
    tagged = [replace(tags, path=str(Path(tags.path))) for tags in looked.profile.tags]
    return tagged_csv(_table(names), tagged, attribute_names(tagged))


def each_csv(zoo: Zoo, looked: Looked, ask: Ask) -> str:
    """The CSV of `zoo recommend` for a CSV: a row per picture and rank."""
    run = run_of(zoo, looked.profile.backbone)
    if looked.features is None:
        raise ZooError(_("this profile was kept without its pictures; give the pictures again"))
    if model_of(run) != looked.profile.model:
        anew = _("backbone {name} was trained anew meanwhile; tag the pictures again")
        raise ZooError(anew.format(name=repr(run.name)))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header(("path",)))
    found = answers(run, looked.features, looked.digests, ask)
    for tags, answer in zip(looked.profile.tags, found, strict=True):
        writer.writerows(rows_of(zoo, run, (tags.path,), answer))
    return out.getvalue()


def _table(names: Sequence[str]) -> PictureTable:
    return PictureTable(tuple(map(Path, names)), ("path",), tuple((name,) for name in names))


def unsure_cells(tags: Sequence[Tags], threshold: float) -> tuple[int, int]:
    """Of the predicted classes: how many are under the threshold, and how many there are."""
    found = [c for one in tags for _, c in one.attributes.values()]
    found += [c for one in tags for several in one.multis.values() for _, c in several]
    return sum(c < threshold for c in found), len(found)
