"""The optimizer of the unfrozen phase, the rate it follows and its steps."""

from __future__ import annotations

import math
from typing import Any

import torch

from zoo.errors import LossError
from zoo.training.model import ZooModel
from zoo.training.settings import Settings

SCALE = "lr_scale"  # a group's rate as a share of the schedule's
CLIP = 1.0  # of the gradient's norm


def learning_rate(step: int, steps: int, peak: float, warmup: float) -> float:
    """One cycle: a linear rise over `warmup` of the steps, then half a cosine to nothing."""
    rise = max(1, round(steps * warmup))
    if step < rise:
        return peak * (step + 1) / rise
    return peak * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give every group its share of the rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get(SCALE, 1.0)


def take_step(
    model: ZooModel, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler
) -> None:
    """A step along the clipped gradients, which `scaler` scaled if it is one of fp16.

    It passes over a step that its scale made infinite, and goes on with half of that; LossError
    where the gradients are no numbers without any scale.
    """
    scaler.unscale_(optimizer)
    norm = float(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP))
    if not math.isfinite(norm) and scaler.get_scale() <= 1:
        raise LossError(f"the gradient became {norm}")
    scaler.step(optimizer)
    scaler.update()


def make_optimizer(model: ZooModel, settings: Settings) -> torch.optim.Optimizer:
    """AdamW; biases and norms are not decayed, and earlier layers may learn more slowly."""
    if settings.layer_decay == 1.0:
        groups = _two_groups(list(model.parameters()), settings.weight_decay)
    else:
        named = model.named_parameters()
        beside = [p for name, p in named if not name.startswith("backbone.")]
        groups = [
            *_by_depth(model.backbone, settings), *_two_groups(beside, settings.weight_decay)
        ]  # fmt: skip
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.99), fused=True)


def _two_groups(parameters: list[torch.nn.Parameter], decay: float) -> list[dict[str, Any]]:
    learnt = [p for p in parameters if p.requires_grad]
    return [
        {"params": [p for p in learnt if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in learnt if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _by_depth(backbone: torch.nn.Module, settings: Settings) -> list[dict[str, Any]]:
    """timm's groups by depth: the rate of each layer is a share of the next one's."""
    from timm.optim._param_groups import param_groups_layer_decay

    groups: list[dict[str, Any]] = param_groups_layer_decay(
        backbone, weight_decay=settings.weight_decay, layer_decay=settings.layer_decay
    )
    return groups
