"""Named profiles in a visitor's own browser; the server keeps none."""

from __future__ import annotations

from typing import Any

from zoo.errors import ZooError
from zoo.page.language import _
from zoo.style import Profile, from_kept, kept

KEY = "fashion-model-zoo-profiles"
# Not there to hide anything: without one of its own gradio could not read what it kept before.
SECRET = "fashion-model-zoo"
MOST = 12  # profiles
LONGEST_NAME = 40

Kept = dict[str, dict[str, Any]]


def profiles(value: Any) -> Kept:
    """What a browser says that it keeps, if that can be."""
    return {str(name): one for name, one in value.items()} if isinstance(value, dict) else {}


def with_profile(value: Any, name: str, profile: Profile) -> Kept:
    """What is to be kept with this profile under that name; ZooError when it cannot be."""
    name, known = " ".join(name.split()), profiles(value)
    if not 0 < len(name) <= LONGEST_NAME:
        raise ZooError(_("a profile needs a name of 1 to {n} letters").format(n=LONGEST_NAME))
    if name not in known and len(known) >= MOST:
        raise ZooError(_("{n} profiles are kept already; remove one first").format(n=MOST))
    return {**known, name: kept(profile)}


def profile_named(value: Any, name: str | None) -> Profile:
    """The kept profile of that name; ZooError when there is none or it is damaged."""
    known = profiles(value)
    if not name or name not in known:
        raise ZooError(_("no profile is chosen; choose one of those that this browser keeps"))
    return from_kept(known[name])
