"""Inception-v3 (Szegedy et al. 2015), torchvision's weights."""

from zoo import Recipe, TimmBackbone, hookimpl


class InceptionV3(TimmBackbone):
    ignored_weights = ("AuxLogits",)  # the second classifier, used in training only
    min_size = 75  # the stem halves the picture five times without padding


@hookimpl
def register_backbones(register):
    recipe = Recipe(scratch_lr=1e-3)  # at twice the rate it learns less, at five times much less
    register(InceptionV3("inception_v3", "Inception-v3", "inception_v3.tv_in1k", recipe))
