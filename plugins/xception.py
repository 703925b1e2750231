"""Xception (Chollet 2016), the weights of its first publication by way of timm."""

from zoo import TimmBackbone, hookimpl


@hookimpl
def register_backbones(register):
    register(TimmBackbone("xception", "Xception", "legacy_xception.tf_in1k"))
