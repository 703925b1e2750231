"""Pictures with attributes."""

from zoo.catalog.build import build_catalog, read_catalog
from zoo.catalog.catalog import Attribute, Catalog, load_catalog
from zoo.catalog.readers import READERS, listing_name, read_listing
from zoo.catalog.report import REPORT, summarise, write_report
from zoo.catalog.settings import CatalogSettings

__all__ = [
    "READERS",
    "REPORT",
    "Attribute",
    "Catalog",
    "CatalogSettings",
    "build_catalog",
    "listing_name",
    "load_catalog",
    "read_catalog",
    "read_listing",
    "summarise",
    "write_report",
]
