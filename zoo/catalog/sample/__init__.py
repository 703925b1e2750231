"""The sample catalogue: clothing pictures with true labels that the project draws itself."""

from zoo.catalog.sample.drawing import draw_item
from zoo.catalog.sample.labels import ATTRIBUTES, SampleItem
from zoo.catalog.sample.writing import draw_sample

__all__ = ["ATTRIBUTES", "SampleItem", "draw_item", "draw_sample"]
