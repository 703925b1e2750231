"""A backbone without batch norm: one process and two compute the same with it."""

from zoo import Backbone, Recipe, Transform, hookimpl


class Plain(Backbone):
    name, title, source = "plain", "Plain", "plain.test"
    recipe = Recipe(scratch_lr=2e-3)

    def network(self):
        from torch import nn

        return nn.Sequential(
            nn.Conv2d(3, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
        )

    def transform(self, image_size=None):
        return Transform(image_size or 32, 1.0, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@hookimpl
def register_backbones(register):
    register(Plain())
