"""Inception-v3 (Szegedy et al. 2015), torchvision's weights."""

from zoo import TimmBackbone, hookimpl


class InceptionV3(TimmBackbone):
    ignored_weights = ("AuxLogits",)  # the second classifier, used in training only
    min_size = 75  # the stem halves the picture five times without padding


@hookimpl
def register_backbones(register):
    register(InceptionV3("inception_v3", "Inception-v3", "inception_v3.tv_in1k"))
