"""Exact search: no index, every query looks at every item."""

from zoo import hookimpl
from zoo.search.exact_index import Exact


@hookimpl
def register_indexes(register):
    register(Exact())
