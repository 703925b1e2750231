"""The loss of the embedding itself."""

from __future__ import annotations

import torch

from zoo.catalog import Attribute
from zoo.training.model import ZooModel
from zoo.training.optimizer import make_optimizer
from zoo.training.proxies import Proxies
from zoo.training.settings import Settings

KIND = Attribute("kind", ("a", "b"))
SEVERAL = Attribute("several", ("x", "y"), kind="multi")


def placed(*directions: list[list[float]]) -> Proxies:
    proxies = Proxies(2, [Attribute(str(n), ("a", "b")) for n in range(len(directions))])
    for parameter, direction in zip(proxies.directions, directions, strict=True):
        parameter.data = torch.tensor(direction)
    return proxies


def test_only_the_direction_counts() -> None:
    proxies = placed([[1.0, 0.0], [0.0, 1.0]])
    labels = torch.tensor([[0]])
    near, same, far = (
        float(proxies.loss(torch.tensor([e]), labels, 0.0).detach())
        for e in ([1.0, 0.2], [10.0, 2.0], [0.2, 1.0])
    )
    assert abs(near - same) < 1e-6
    assert near < 0.01
    assert far > 1


def test_what_is_unknown_teaches_nothing_and_attributes_count_alike() -> None:
    one = placed([[1.0, 0.0], [0.0, 1.0]])
    both = placed([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]])
    embedding = torch.tensor([[0.6, 0.8], [1.0, 0.0]])
    known = one.loss(embedding[:1], torch.tensor([[0]]), 0.0)
    masked = one.loss(embedding, torch.tensor([[0], [-1]]), 0.0)
    assert torch.isclose(known, masked)
    mean = both.loss(embedding[:1], torch.tensor([[0, 1]]), 0.0)
    assert torch.isclose(mean, known)  # the second attribute's class b lies where a of the first


def test_attributes_of_several_classes_have_none() -> None:
    assert [tuple(d.shape) for d in Proxies(4, [KIND, SEVERAL]).directions] == [(2, 4)]
    assert float(Proxies(4, [SEVERAL]).loss(torch.ones(1, 4), torch.empty(1, 0), 0.0)) == 0


def test_they_learn_at_any_rate_of_the_layers() -> None:
    backbone = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 4))
    model = ZooModel(backbone, 4, [KIND], (8,), 0.0)
    model.proxies = Proxies(4, [KIND])
    for decay in (1.0, 0.75):
        optimizer = make_optimizer(model, Settings(layer_decay=decay, metric=1.0))
        learnt = [id(p) for group in optimizer.param_groups for p in group["params"]]
        assert sorted(learnt) == sorted(id(p) for p in model.parameters())
