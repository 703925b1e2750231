"""The command that lays the items of a zoo out: map."""

from __future__ import annotations

from contextlib import closing

from zoo.commands.options import SAMPLE_ZOO, Names, Plugins, Runs, Strict


def map(  # noqa: A001  it is the command's name
    names: Names = None,
    runs: Runs = SAMPLE_ZOO,
    folders: Plugins = None,
    strict: Strict = False,
) -> None:
    """Lay the items out on a plane, alike ones near each other, for the page's maps."""
    from zoo.compare import open_zoo
    from zoo.mapping.maps import WORK, make_maps
    from zoo.progress import Progress

    zoo = open_zoo(runs, folders or (), strict)
    with closing(Progress(runs / WORK)) as progress:
        make_maps(zoo.select(names or ()), progress)
