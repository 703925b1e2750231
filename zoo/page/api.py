"""What the endpoints for programs answer: the shapes of the commands' --json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.inventory import models
from zoo.outputs.documents import recommend_report, tags_report, without_folders
from zoo.page import arguments
from zoo.page.language import _
from zoo.page.models.cards import models_report
from zoo.page.state import PageState, run_of
from zoo.page.told import told
from zoo.page.uploads import contents, few
from zoo.search.ask import Ask


class Api:
    """The endpoints over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def models(self) -> dict[str, Any]:
        """The image backbones there are: name, title, source, whether trained, and what failed."""
        state, zoo = self._state, self._state.zoo()
        there = models(state.registry, state.folder, zoo)
        return models_report(there, state.registry, zoo)

    @told
    def leaderboard(self) -> dict[str, Any]:
        """How good each trained backbone is on true labels of the test split, with two baselines.

        Per backbone: accuracy per attribute, retrieval metrics (recall@k, map@10 and
        attribute_match@5) with 95 % intervals, speed and size. As `zoo evaluate --json`.
        """
        return self._state.report()[1]

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
        """Find the items of the clothing catalogue that look like one picture, or fit several.

        Several pictures make one style profile. Answers as `zoo recommend --json`: per backbone
        the items with rank, item_id, title, similarity, matched and unmatched attributes, and what
        the backbone predicts of the pictures. Paths are those within the catalogue.

        Args:
            pictures: One to 32 pictures of clothing.
            backbones: Names of trained backbones as /models gives them; [] is all of them.
            top: How many items per backbone, 1 to 1000.
            alpha: 1 ranks by similarity of looks, 0 by equal attributes, between: a blend.
            where: Only items with these classes, such as {"colour": "red"}; {} is all items.
            same_category: Only items of the category that the pictures have.
            exact: Look at every item, rather than ask the approximate index.
            diversity: 0 to 1; higher gives fewer items that resemble each other.
            near_duplicates: Give pictures of one shot one by one, not behind the first of them.
        """
        zoo = self._state.trained()
        ask = Ask(
            arguments.whole("top", top),
            arguments.number("alpha", alpha),
            arguments.classes_by_attribute("where", where),
            arguments.yes("same_category", same_category),
            arguments.yes("exact", exact),
            arguments.number("diversity", diversity),
            arguments.yes("near_duplicates", near_duplicates),
        )
        chosen = arguments.names("backbones", backbones)
        found = contents(pictures or [])
        results = zoo.recommend(found, ask, [run_of(zoo, name).name for name in chosen])
        return without_folders(zoo, recommend_report(zoo, list(found), results))

    @told
    def tag(self, pictures: list[str] | None, backbone: str | None) -> dict[str, Any]:
        """Predict the attributes of pictures of clothing: class and confidence (0 to 1) of each.

        Answers as `zoo tag --json`; `skipped` has the pictures that cannot be used and the reasons.

        Args:
            pictures: One to 32 pictures of clothing.
            backbone: Name of a trained backbone as /models gives it; "" is the first.
        """
        zoo = self._state.trained()
        if not pictures:
            raise ZooError(_("no picture; give one at least"))
        name = run_of(zoo, backbone).name
        tagged, skipped = zoo.tag([Path(path) for path in few(pictures)], name)
        told_apart = [
            {"path": Path(s.path).name, "reason": s.reason.replace(s.path, Path(s.path).name)}
            for s in skipped
        ]
        return {
            "backbone": name,
            "pictures": [{**tags_report(t), "path": Path(t.path).name} for t in tagged],
            "skipped": told_apart,
        }
