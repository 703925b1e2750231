"""Weight files -> networks: every key accounted for, no pickle run, the hub asked briefly."""

from __future__ import annotations

import os
import pickle
import threading
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from zoo.errors import WeightsError, one_line

if TYPE_CHECKING:
    import torch
    from torch import nn

HUB_PATIENCE = 3.0  # seconds
WAYS_ON = "use --weights random, or --weights FILE with a downloaded .safetensors or .pth"


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a .safetensors or .pth file by name; of a run's model, its backbone's."""
    if not path.is_file():
        raise WeightsError(f"weights file {path}: no such file")
    try:
        state = _loaded(path)
    except Exception as error:  # torch, zip and safetensors each raise types of their own
        reason = one_line(error)
        if isinstance(error, pickle.UnpicklingError):  # torch explains how to run it, at length
            reason = "it holds other things than tensors, which might run code"
        raise WeightsError(f"weights file {path}: cannot be read safely: {reason}") from error
    state = state.get("state_dict", state) if isinstance(state, dict) else state
    if not isinstance(state, dict) or not all(hasattr(v, "shape") for v in state.values()):
        raise WeightsError(f"weights file {path}: holds no tensors by name")
    prefix = "backbone."
    ours = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    return ours or dict(state)


def _loaded(path: Path) -> Any:
    """What is in the file; errors of many types when it is damaged or holds code."""
    import safetensors.torch
    import torch

    if path.suffix == ".safetensors":
        return safetensors.torch.load_file(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old or odd pickles
        return torch.load(path, map_location="cpu", weights_only=True)


def load_state(
    network: nn.Module, state: Mapping[str, torch.Tensor], path: Path, ignored: Sequence[str]
) -> None:
    """Fill `network`; WeightsError on a missing, misshapen or unexpected key.

    Keys that begin with one of `ignored` (classifiers) may be there and are left out.
    """
    own = network.state_dict()
    kept = {k: v for k, v in state.items() if k in own or not k.startswith(tuple(ignored))}
    # Counters of batch norm are absent from old files and influence nothing here.
    missing = [k for k in own if k not in kept and not k.endswith("num_batches_tracked")]
    surplus = [k for k in kept if k not in own]
    shapes = [k for k in kept if k in own and kept[k].shape != own[k].shape]
    for what, keys in (("lacks", missing), ("has unknown", surplus), ("misshapes", shapes)):
        if keys:
            more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
            raise WeightsError(
                f"weights file {path} {what} {', '.join(keys[:3])}{more}: "
                "it is not of this architecture"
            )
    network.load_state_dict(kept, strict=False)


def fetch_pretrained(source: str) -> Path:
    """The published weights file of a timm tag, from the cache or the hub.

    Raises WeightsError within about 5 s when it is in neither.
    """
    import timm

    config = timm.get_pretrained_cfg(source)
    if config is None:
        raise WeightsError(f"timm has no weights {source!r}; {WAYS_ON}")
    if config.hf_hub_id:
        return _from_hub(source, str(config.hf_hub_id))
    return _from_url(source, str(config.url))


def _from_hub(source: str, repository: str) -> Path:
    from huggingface_hub import constants, hf_hub_download, try_to_load_from_cache

    cached = try_to_load_from_cache(repository, "model.safetensors")
    if isinstance(cached, str):
        return Path(cached)
    _require_host(source, constants.ENDPOINT)
    return _download(source, lambda: hf_hub_download(repository, "model.safetensors"))


def _from_url(source: str, url: str) -> Path:
    import torch

    cached = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlsplit(url).path).name
    if cached.is_file():
        return cached
    _require_host(source, url)
    cached.parent.mkdir(parents=True, exist_ok=True)

    def download() -> str:
        torch.hub.download_url_to_file(url, str(cached))
        return str(cached)

    return _download(source, download)


def _download(source: str, download: Callable[[], str]) -> Path:
    try:
        return Path(download())
    except Exception as error:  # the hub's errors are many; all mean that there is no file
        raise WeightsError(
            f"pretrained weights {source} could not be had ({one_line(error)}); {WAYS_ON}"
        ) from error


def _require_host(source: str, url: str) -> None:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "TRUE", "ON", "YES"}:
        raise WeightsError(f"pretrained weights {source}: HF_HUB_OFFLINE is set; {WAYS_ON}")
    if not answers(url):
        host = urlsplit(url).netloc or url
        raise WeightsError(
            f"pretrained weights {source} are out of reach: {host} does not answer; {WAYS_ON}"
        )


def answers(url: str, patience: float = HUB_PATIENCE) -> bool:
    """Whether the host of `url` answers at all within `patience` seconds."""
    finished = threading.Event()
    heard: list[bool] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request, timeout=patience).close()
        except urllib.error.HTTPError as error:
            # A proxy that refuses the host answers too, and says so with 403 or 407.
            heard.append(error.code not in (403, 407))
            error.close()
        except (OSError, ValueError, HTTPException):  # no answer, no address, no HTTP
            pass
        else:
            heard.append(True)
        finished.set()

    # Name look-up has no time limit of its own; a thread that is not waited for gives it one.
    threading.Thread(target=ask, daemon=True).start()
    finished.wait(patience)
    return heard == [True]
