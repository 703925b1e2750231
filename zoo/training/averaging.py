"""The average of a model's weights over the steps of its training."""

from __future__ import annotations

from torch import Tensor, nn
from torch.optim.swa_utils import PARAM_LIST, AveragedModel, get_ema_multi_avg_fn


def averaged(model: nn.Module, decay: float) -> AveragedModel:
    """A copy that follows the model's weights and buffers, at first more closely than `decay` says.

    Or a training of few steps would end near the weights that it began with.
    """

    def follow(mine: PARAM_LIST, now: PARAM_LIST, steps: Tensor | int) -> None:
        done = int(steps)
        get_ema_multi_avg_fn(min(decay, (1 + done) / (10 + done)))(mine, now, steps)

    return AveragedModel(model, multi_avg_fn=follow, use_buffers=True)
