"""Grad-CAM: which parts of a picture speak for a class (Selvaraju et al., ICCV 2017)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import nn

Layout = Literal["channels first", "channels last", "tokens", "none"]


@dataclass(frozen=True)
class Heat:
    """What one head says of one picture, and where in the picture it finds that."""

    values: np.ndarray | None  # (S, S) float32 within 0..1; None: the network keeps no map
    places: int  # the map's height and width before it was enlarged; 0 without one
    logits: np.ndarray  # (C,) float32
    target: int  # the class that the values are for: the head's first one


def grad_cam(network: nn.Module, head: int, picture: torch.Tensor) -> Heat:
    """The heat map of one head for its likeliest class; picture (1, 3, S, S).

    `network` gives (embedding, logits of head 0, logits of head 1, ...), and is left as it was.
    The map is that of the last module with an output of height and width.
    """
    # Hooks on the network itself would see the pictures of other threads.
    own = with_own_modules(network).eval()
    trace, outputs = traced(own, picture)
    logits = outputs[1 + head][0].float().cpu().numpy()
    target = int(logits.argmax())
    found = last_map(trace)
    if found is None:
        return Heat(None, 0, logits, target)
    return Heat(*_heat(own, head, picture, found, target), logits, target)


def with_own_modules(network: nn.Module) -> nn.Module:
    """A copy that shares every parameter and buffer, so that it costs next to no memory."""
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    twin: nn.Module = copy.deepcopy(network, shared)
    return twin


@dataclass
class Call:
    """A module's call within a forward, and the calls it made itself."""

    module: nn.Module
    inside: list[Call] = field(default_factory=list)
    layout: Layout = "none"
    sides: int = 0  # of its output: 4 for a feature map, also one of a single place

    def all(self) -> Iterator[Call]:
        """This call and all within it, in the order in which they ended."""
        for inner in self.inside:
            yield from inner.all()
        yield self


def traced(network: nn.Module, picture: torch.Tensor) -> tuple[Call, tuple[torch.Tensor, ...]]:
    """What a forward calls, and its outputs."""
    under_way = [Call(network)]

    def begin(module: nn.Module, _: object) -> None:
        under_way.append(Call(module))

    def end(_: nn.Module, __: object, output: object) -> None:
        call = under_way.pop()
        call.layout = layout_of(output)
        call.sides = output.ndim if isinstance(output, torch.Tensor) else 0
        under_way[-1].inside.append(call)

    hooks = []
    for module in network.modules():
        hooks += [module.register_forward_pre_hook(begin), module.register_forward_hook(end)]
    with torch.no_grad():
        outputs = network(picture)
    for hook in hooks:
        hook.remove()
    return under_way[0], outputs


def last_map(trace: Call) -> Call | None:
    """The call that gives the last feature map with places, all of the network's signal in it.

    None where what follows works on tokens: the map that a vision transformer cuts them from says
    nothing of what it makes of them.
    """
    found = _last_map(trace)
    if found is None:
        return None
    calls = list(trace.all())
    place = next(i for i, call in enumerate(calls) if call is found)
    maps = sum(call.layout.startswith("channels") for call in calls[: place + 1])
    tokens = sum(call.layout == "tokens" for call in calls[place:])
    return None if tokens > maps else found


def _last_map(call: Call) -> Call | None:
    for inner in reversed(call.inside):
        if inner.layout.startswith("channels"):
            return inner
        # A block that ends in a map of one place has only branches of the signal within.
        if inner.sides != 4 and (found := _last_map(inner)) is not None:
            return found
    return None


def layout_of(output: object) -> Layout:
    """How the places of a picture lie in a module's output; pictures are square here."""
    if not isinstance(output, torch.Tensor):
        return "none"
    shape = output.shape
    if output.ndim == 4 and shape[2] == shape[3] > 1:
        return "channels first"
    if output.ndim == 4 and shape[1] == shape[2] > 1:
        return "channels last"
    if output.ndim == 3 and shape[1] > 1:
        return "tokens"
    return "none"


class _ChannelsFirst(nn.Module):
    """The map as captum takes it, (B, C, H, W)."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self._last = layout == "channels last"

    def forward(self, output: torch.Tensor) -> torch.Tensor:
        return output.permute(0, 3, 1, 2) if self._last else output.clone()

    def back(self, output: torch.Tensor) -> torch.Tensor:
        """As the rest of the network takes it."""
        return output.permute(0, 2, 3, 1) if self._last else output


def _heat(
    network: nn.Module, head: int, picture: torch.Tensor, found: Call, target: int
) -> tuple[np.ndarray, int]:
    """The map of one class, (S, S), highest value 1 unless nothing speaks for it; its places."""
    from captum.attr import LayerAttribution, LayerGradCam

    first = _ChannelsFirst(found.layout)
    found.module.register_forward_hook(lambda _, __, output: first.back(first(output)))
    explained = LayerGradCam(lambda pictures: network(pictures)[1 + head], first)
    with torch.enable_grad():
        heat = explained.attribute(picture, target=target, relu_attributions=True)
    size = tuple(picture.shape[2:])
    values: np.ndarray = (
        LayerAttribution.interpolate(heat.detach(), size, "bilinear")[0, 0].float().cpu().numpy()
    )
    highest = float(values.max())
    return (values / highest if highest > 0 else values), int(heat.shape[-1])
