"""Two backbones small enough for tests: they train in seconds and are real networks."""

from zoo import Backbone, Recipe, Transform, hookimpl


class Tiny(Backbone):
    source = "tiny.test"
    recipe = Recipe(scratch_lr=1e-2)

    def __init__(self, name, width):
        self.name, self.title, self.width = name, name.replace("_", " ").title(), width

    def network(self):
        from torch import nn

        return nn.Sequential(
            nn.Conv2d(3, self.width, 3, stride=2, padding=1),
            nn.BatchNorm2d(self.width),
            nn.ReLU(),
            nn.Conv2d(self.width, self.width, 3, stride=2, padding=1),
            nn.BatchNorm2d(self.width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )

    def transform(self, image_size=None):
        return Transform(image_size or 32, 1.0, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@hookimpl
def register_backbones(register):
    register(Tiny("tiny_a", 16))
    register(Tiny("tiny_b", 24))
