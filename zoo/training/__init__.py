"""The one training that all backbones share."""
