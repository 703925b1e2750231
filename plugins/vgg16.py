"""VGG-16 (Simonyan and Zisserman 2014) without its dense layers: FashionNet's base."""

from zoo import Recipe, TimmBackbone, hookimpl


class ConvolutionalVGG(TimmBackbone):
    ignored_weights = ("pre_logits",)  # the two dense layers, 120 of 134 million parameters

    def network(self):
        from torch import nn

        module = super().network()
        module.pre_logits = nn.Identity()  # (B, 512, h, w) goes on to the average pooling
        for layer in module.features:
            # Without batch norm the signal must keep its size from layer to layer by itself;
            # timm's fan-out initialisation lets it fade to a thirteenth.
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
        return module


@hookimpl
def register_backbones(register):
    # No batch norm: a lower rate and a longer warm-up, or it never leaves the majority class.
    recipe = Recipe(scratch_lr=5e-4, finetune_lr=2e-4, warmup=0.2)
    register(ConvolutionalVGG("vgg16", "VGG-16", "vgg16.tv_in1k", recipe))
