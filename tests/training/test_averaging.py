"""Averaged weights follow a short training, and smooth a long one."""

from __future__ import annotations

import torch
from torch import nn

from zoo.training.averaging import averaged


def constant(value: float) -> nn.Module:
    model = nn.BatchNorm1d(2)  # weights, and buffers of both kinds
    for tensor in (model.weight.data, model.bias.data, model.running_mean):
        assert isinstance(tensor, torch.Tensor)
        tensor.fill_(value)
    return model


def test_a_short_training_is_not_held_by_its_first_weights() -> None:
    average = averaged(constant(0.0), 0.999)
    average.update_parameters(constant(0.0))
    for _ in range(50):
        average.update_parameters(constant(1.0))
    state = average.module.state_dict()
    assert all((state[name] > 0.99).all() for name in ("weight", "bias", "running_mean"))


def test_a_long_one_is_averaged_as_it_was_asked_for() -> None:
    average = averaged(constant(0.0), 0.9)
    average.n_averaged += 1000
    average.update_parameters(constant(1.0))
    torch.testing.assert_close(average.module.weight.data, torch.full((2,), 0.1))
