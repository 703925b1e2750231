"""FashionNet's stack: a network per attribute, and one fashion vector of them all."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from zoo.training.model import ZooModel


class StackedModel(nn.Module):
    """m networks of one head each, asked the same picture; used like one ZooModel."""

    def __init__(self, networks: Sequence[ZooModel]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.width = sum(network.width for network in networks)

    @property
    def heads(self) -> list[nn.Module]:
        """The one head of each network, in the order of the attributes."""
        return [network.heads[0] for network in self._networks()]

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """(B, 3, S, S) -> embedding (B, m * D), each network's part of length 1, then logits."""
        parts, logits = [], []
        for network in self._networks():
            embedding, scores = network(pictures)
            parts.append(nn.functional.normalize(embedding.float(), dim=1))
            logits.append(scores)
        return (torch.cat(parts, dim=1), *logits)

    def network_of(self, head: int) -> tuple[ZooModel, int]:
        """The network that decides a head, and the head's place in it."""
        return self._networks()[head], 0

    def _networks(self) -> list[ZooModel]:
        return [network for network in self.networks if isinstance(network, ZooModel)]


AnyModel = ZooModel | StackedModel
