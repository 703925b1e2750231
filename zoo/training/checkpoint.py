"""A training's whole state in one safetensors file: no pickle, written whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from zoo.errors import RunError
from zoo.files import written_whole

State = dict[str, torch.Tensor]
# What nearly all initialisations of torch and timm come down to.
DRAWS = frozenset(
    {
        nn.init.kaiming_uniform_,
        nn.init.normal_,
        nn.init.uniform_,
        torch.Tensor.normal_,
        torch.Tensor.uniform_,
    }
)


class Undrawn(TorchFunctionMode):
    """In this context parameters are not filled with random numbers.

    For models whose every parameter is read from a file next: drawing them first takes seconds.
    Buffers and other tensors, which a file may not have, are drawn as always.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Pass over a draw into a parameter; do everything else."""
        named = kwargs or {}
        filled = args[0] if args else named.get("tensor")  # torch.nn.init hands on by name
        if func in DRAWS and isinstance(filled, nn.Parameter):
            return filled
        return func(*args, **named)


def save_tensors(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> None:
    """Write tensors and a JSON document as one safetensors file."""
    plain = unshared(tensors)
    with written_whole(path) as partial:
        try:
            safetensors.torch.save_file(plain, partial, {"facts": json.dumps(dict(facts))})
        except safetensors.SafetensorError as error:  # it wraps what the disk says
            raise OSError(str(error)) from error


def unshared(tensors: Mapping[str, torch.Tensor]) -> State:
    """The tensors on the CPU, as safetensors takes them: each of them has its own memory.

    Those of a network may have several names, where layers share a weight.
    """
    plain: State = {}
    taken = set[int]()
    for name, tensor in tensors.items():
        own = tensor.detach().cpu().contiguous()
        memory = own.untyped_storage().data_ptr()
        plain[name] = own.clone() if memory in taken else own
        taken.add(memory)
    return plain


def read_tensors(path: Path) -> tuple[State, dict[str, Any]]:
    """Read what `save_tensors` wrote; RunError when the file is damaged."""
    try:
        with safetensors.safe_open(path, "pt") as file:
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (OSError, safetensors.SafetensorError, ValueError) as error:
        raise RunError(f"{path} is damaged ({error}); train again with --restart") from error


def save_training(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    average: nn.Module | None,
    facts: Mapping[str, Any],
) -> None:
    """Write model, optimizer and averaged weights; `facts` is the position of the training."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    if average is not None:
        tensors |= {f"average.{name}": tensor for name, tensor in average.state_dict().items()}
    for number, slots in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{slot}": value for slot, value in slots.items()}
    save_tensors(path, tensors, facts)


def load_training(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, average: nn.Module | None
) -> dict[str, Any]:
    """Restore what `save_training` wrote; returns its facts."""
    tensors, facts = read_tensors(path)
    model.load_state_dict(_under("model.", tensors))
    if average is not None:
        average.load_state_dict(_under("average.", tensors))
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    slots: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimizer."):
            _, number, slot = name.split(".", 2)
            slots.setdefault(int(number), {})[slot] = _laid_out_as(parameters[int(number)], tensor)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": slots, "param_groups": groups})
    return facts


def _under(prefix: str, tensors: State) -> State:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}


def _laid_out_as(parameter: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
    """The state with the parameter's strides: fused optimizers walk both in memory order."""
    if state.shape != parameter.shape:
        return state
    return torch.empty_like(parameter, dtype=state.dtype, requires_grad=False).copy_(state)
