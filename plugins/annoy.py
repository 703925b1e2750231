"""Annoy (Bernhardsson 2013): what is used where nothing else is asked for."""

from zoo import hookimpl
from zoo.search.annoy_index import Annoy


@hookimpl
def register_indexes(register):
    register(Annoy())
