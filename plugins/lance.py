"""LanceDB: an index that need not fit into memory, in a folder or an object store."""

from zoo import hookimpl
from zoo.search.lance_index import Lance


@hookimpl
def register_indexes(register):
    register(Lance())
