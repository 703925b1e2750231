"""CutMix: what is mixed in is told in proportion."""

from __future__ import annotations

import numpy as np
import torch

from zoo.training.mixing import cut_mix
from zoo.training.targets import Targets


def test_each_picture_counts_for_what_is_seen_of_it() -> None:
    labels = torch.arange(6)[:, None]
    pictures = labels.float().reshape(6, 1, 1, 1).expand(6, 3, 20, 20).contiguous()
    for seed in range(20):
        mixed, truths = cut_mix(pictures, Targets(labels), np.random.default_rng(seed))
        (own, first), (share, second) = truths
        assert own + share == 1
        assert torch.equal(first.singles, labels)
        expected = own * first.singles[:, 0] + share * second.singles[:, 0]
        torch.testing.assert_close(mixed.mean(dim=(1, 2, 3)), expected.float())
    assert torch.equal(pictures[:, 0, 0, 0], torch.arange(6).float())  # the batch itself is whole


def test_the_same_draw_mixes_the_same() -> None:
    pictures, targets = torch.rand(4, 3, 8, 8), Targets(torch.zeros(4, 1, dtype=torch.long))
    drawn = [cut_mix(pictures, targets, np.random.default_rng(3))[0] for _ in range(2)]
    assert torch.equal(*drawn)
