"""Who may come in: one name and password, and few tries."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from zoo.errors import ZooError
from zoo.page.language import marked

PASSWORD_BYTES = 9
MOST, WITHIN, REST = 10, 60.0, 300.0  # tries, in so many seconds, then refused for so many
ADDRESSES = 10_000  # remembered at most
NOTICE = marked("After ten tries within a minute, logging in rests for five minutes.")


@dataclass(frozen=True)
class Login:
    """The one name and password; called by gradio with what a visitor typed."""

    user: str
    password: str

    def __call__(self, user: str, password: str) -> bool:
        """Whether both are right, in a time that does not tell which letter is wrong."""
        right_user = hmac.compare_digest(user.encode(), self.user.encode())
        right_password = hmac.compare_digest(password.encode(), self.password.encode())
        return right_user and right_password


def login_for(auth: str | None, share: bool, public: bool) -> Login | None:
    """The login that was given, or one that is made for a shared link; None where none is asked."""
    if auth is not None:
        user, _, password = auth.partition(":")
        if not user.strip() or not password:
            raise ZooError("--auth is not of the form USER:PASSWORD")
        return Login(user.strip(), password)  # a name is typed; gradio strips it as well
    if share and not public:
        return Login("zoo", secrets.token_urlsafe(PASSWORD_BYTES))
    return None


@dataclass
class Tries:
    """The tries of one address."""

    began: float
    count: int = 0
    until: float = 0.0  # refused until then


class Attempts:
    """Counts logins by address; the address that was quiet for longest is forgotten first."""

    def __init__(
        self,
        most: int = MOST,
        within: float = WITHIN,
        rest: float = REST,
        addresses: int = ADDRESSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._within, self._rest = most, within, rest
        self._addresses, self._clock = addresses, clock
        self._tries: OrderedDict[str, Tries] = OrderedDict()

    def wait(self, address: str) -> float:
        """Count a try; 0 when it may go on, else the seconds until the next one may."""
        now, key = self._clock(), _network(address)
        tries = self._tries.pop(key, None)
        if tries is None or (now >= tries.until and now - tries.began > self._within):
            tries = Tries(now)
        self._tries[key] = tries
        while len(self._tries) > self._addresses:
            self._tries.popitem(last=False)
        if now < tries.until:
            return tries.until - now
        tries.count += 1
        if tries.count <= self._most:
            return 0.0
        tries.began, tries.count, tries.until = now, 0, now + self._rest
        return self._rest

    def succeeded(self, address: str) -> None:
        """A try that was right does not count."""
        tries = self._tries.get(_network(address))
        if tries is not None:
            tries.count = max(0, tries.count - 1)


def _network(address: str) -> str:
    """What one person can have: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
