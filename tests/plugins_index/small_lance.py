"""LanceDB with an approximate index over few items already, so that tests need not be large."""

from zoo import hookimpl
from zoo.search.lance_index import Lance


class SmallLance(Lance):
    name, title = "small_lance", "LanceDB over few"


@hookimpl
def register_indexes(register):
    register(SmallLance(ann_from=200))
