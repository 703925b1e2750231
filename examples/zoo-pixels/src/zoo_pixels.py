"""The bare contract of a backbone: a network, (B, 3, S, S) -> (B, D), and its transform."""

from zoo import Backbone, Transform, hookimpl

SIDE = 12


class Pixels(Backbone):
    name = "pixels"
    title = "Pixels"
    source = "no weights"

    def network(self):
        return mean_centred()

    def transform(self, image_size=None):
        # The size is the method: a larger thumbnail would be another backbone.
        return Transform(SIDE, 1.0, "bilinear", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def mean_centred():
    """A module without parameters: the thumbnail less its mean, (B, 3, 12, 12) -> (B, 432)."""
    from torch import nn

    class MeanCentred(nn.Module):
        def forward(self, pictures):
            flat = pictures.flatten(1)
            # A blank picture would be the zero vector, which has no direction.
            return flat - flat.mean(dim=1, keepdim=True) + 1e-6

    return MeanCentred()


@hookimpl
def register_backbones(register):
    register(Pixels())
