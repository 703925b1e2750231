"""ResNet-50 (He et al. 2015), timm's a1 weights."""

from zoo import TimmBackbone, hookimpl


@hookimpl
def register_backbones(register):
    register(TimmBackbone("resnet50", "ResNet-50", "resnet50.a1_in1k"))
