"""Who may come in: tries that are counted, logins, and options that contradict each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.errors import ZooError
from zoo.page.serving.login import Attempts, Login, login_for
from zoo.page.serving.options import ServeOptions


class Clock:
    """A time that only a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_tries_are_counted_by_address_and_rest() -> None:
    clock = Clock()
    attempts = Attempts(most=3, within=60, rest=300, clock=clock)
    assert [attempts.wait("10.0.0.1") for _ in range(3)] == [0, 0, 0]
    assert attempts.wait("10.0.0.1") == 300
    assert attempts.wait("10.0.0.2") == 0
    clock.now = 299
    assert attempts.wait("10.0.0.1") == 1
    clock.now = 301
    assert attempts.wait("10.0.0.1") == 0


def test_tries_long_ago_and_right_ones_do_not_count() -> None:
    clock = Clock()
    attempts = Attempts(most=1, within=60, rest=300, clock=clock)
    assert attempts.wait("a") == 0
    clock.now = 61
    assert attempts.wait("a") == 0
    attempts.succeeded("a")
    assert attempts.wait("a") == 0
    assert attempts.wait("a") == 300


def test_one_network_of_ipv6_is_one_visitor_and_memory_is_bounded() -> None:
    attempts = Attempts(most=1, addresses=2)
    assert attempts.wait("2001:db8::1") == 0
    assert attempts.wait("2001:db8::2") > 0
    for number in range(5):
        attempts.wait(f"10.0.0.{number}")
    assert len(attempts._tries) == 2


def test_logins() -> None:
    assert login_for(None, share=False, public=False) is None
    assert login_for(None, share=True, public=True) is None
    made = login_for(None, share=True, public=False)
    assert made is not None
    assert len(made.password) >= 12
    own = login_for(" me :se:cret", share=False, public=False)
    assert own == Login("me", "se:cret")
    assert own("me", "se:cret")
    assert not own("me", "se:creté")
    assert not own("you", "se:cret")
    with pytest.raises(ZooError, match="USER:PASSWORD"):
        login_for("me:", share=False, public=False)


def test_public_is_said_of_a_share_without_a_login() -> None:
    here = Path()
    assert ServeOptions(here, share=True, public=True).login() is None
    for more in ({}, {"auth": "me:secret"}, {"auth": "me:secret", "share": True}):
        with pytest.raises(ZooError, match="give it with --share, and without --auth"):
            ServeOptions(here, public=True, **more)


def test_managing_is_for_those_who_are_known() -> None:
    here = Path()
    assert ServeOptions(here, manage=True).hosts() is not None
    with pytest.raises(ZooError, match="--manage lets visitors train and --share"):
        ServeOptions(here, manage=True, share=True, auth="me:secret")
    with pytest.raises(ZooError, match=r"others can reach 0\.0\.0\.0; ask for a login"):
        ServeOptions(here, manage=True, host="0.0.0.0")
    with pytest.raises(ZooError, match="by the proxy"):
        ServeOptions(here, manage=True, proxy="10.0.0.0/8")
    assert ServeOptions(here, manage=True, host="0.0.0.0", auth="me:secret").hosts() is None
    with pytest.raises(ZooError, match="--proxy 'caddy' is no address"):
        ServeOptions(here, proxy="caddy")
