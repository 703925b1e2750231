"""What the endpoints for programs answer: the shapes of the commands' --json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zoo.inventory import models
from zoo.page.models.cards import models_report
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.page.uploads import MOST_PICTURES, contents
from zoo.reports import full_report, recommend_report, tags_report, without_folders
from zoo.search.recommender import Ask


class Api:
    """The endpoints over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def models(self) -> dict[str, Any]:
        """Every backbone with its state, the failed plugins, the runs that did not open."""
        state, zoo = self._state, self._state.zoo()
        there = models(state.registry, state.folder, zoo)
        return models_report(there, state.registry, zoo)

    @told
    def leaderboard(self) -> dict[str, Any]:
        """Scores of every backbone and of the baselines, as `zoo evaluate --json`."""
        return full_report(self._state.trained())

    @told
    def recommend(
        self,
        pictures: list[str] | None,
        backbones: list[str] | None,
        top: float,
        alpha: float,
        where: dict[str, Any] | None,
        same_category: bool,
        exact: bool,
        diversity: float,
        near_duplicates: bool,
    ) -> dict[str, Any]:
        """As `zoo recommend --json`; paths are those within the catalogue."""
        zoo = self._state.trained()
        conditions = {k: [v] if isinstance(v, str) else v for k, v in (where or {}).items()}
        ask = Ask(
            int(top),
            float(alpha),
            conditions,
            bool(same_category),
            bool(exact),
            float(diversity),
            bool(near_duplicates),
        )
        found = contents(pictures or [])
        results = zoo.recommend(found, ask, backbones or ())
        return without_folders(zoo, recommend_report(zoo, list(found), results))

    @told
    def tag(self, pictures: list[str] | None, backbone: str | None) -> dict[str, Any]:
        """As `zoo tag --json`."""
        zoo = self._state.trained()
        tagged, skipped = zoo.tag(
            [Path(p) for p in (pictures or [])[:MOST_PICTURES]], backbone or None
        )
        told_apart = [
            {"path": Path(s.path).name, "reason": s.reason.replace(s.path, Path(s.path).name)}
            for s in skipped
        ]
        return {
            "backbone": zoo.run(backbone or None).name,
            "pictures": [{**tags_report(t), "path": Path(t.path).name} for t in tagged],
            "skipped": told_apart,
        }
