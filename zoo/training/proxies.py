"""Classes as directions of the embedding, so that what is searched by is trained as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from zoo.training.model import masked_cross_entropy

if TYPE_CHECKING:
    from zoo.catalog import Attribute

SCALE = 16.0  # of cosines, so that a softmax over them can be sure of a class
DEVIATION = 0.02  # of the first proxies


class Proxies(nn.Module):
    """A direction per class of each single attribute, to which its pictures are drawn.

    Normalised softmax (Zhai and Wu 2019, Classification is a strong baseline for deep metric
    learning): heads with dense layers may tell classes apart that lie side by side in the
    embedding; here only the cosine counts, as in search.
    """

    def __init__(self, width: int, attributes: Sequence[Attribute]) -> None:
        super().__init__()
        self.directions = nn.ParameterList(
            torch.empty(len(attribute.classes), width)
            for attribute in attributes
            if attribute.kind == "single"
        )
        for direction in self.directions:
            nn.init.normal_(direction, std=DEVIATION)

    def loss(
        self,
        embedding: torch.Tensor,
        labels: torch.Tensor,
        smoothing: float,
        of: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Mean over single attributes, 0 without any: embedding (B, D), labels (B, m) or -1.

        With `of`, the part that these labels have in that mean over all of those.
        """
        whole = labels if of is None else of
        unit = nn.functional.normalize(embedding.float(), dim=1)
        losses = [
            masked_cross_entropy(
                SCALE * unit @ nn.functional.normalize(direction, dim=1).T,
                labels[:, column],
                smoothing,
                of=whole[:, column],
            )
            for column, direction in enumerate(self.directions)
        ]
        return torch.stack(losses).mean() if losses else embedding.new_zeros(())
