"""What was asked of the page at its start, checked as a whole."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.page.serving.login import Login, login_for

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
MOST_PORT = 65535


@dataclass(frozen=True)
class ServeOptions:
    """The options of `zoo serve`."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 7860
    share: bool = False
    auth: str | None = None
    public: bool = False
    plugins: Sequence[Path] = ()
    manage: bool = False
    proxy: str | None = None  # address or network of a reverse proxy that is believed
    mcp: bool = False  # the named endpoints are tools for assistants as well
    language: str | None = None  # of the page, as language.speak takes it
    read_only: bool = False  # nothing is written into the zoo directory
    cache: Path | None = None  # where thumbnails are kept, rather than in the zoo

    def __post_init__(self) -> None:
        if self.mcp and find_spec("mcp") is None:
            raise ZooError(
                "--mcp needs the package mcp; install it with: pip install 'fashion-model-zoo[mcp]'"
            )
        if not 0 <= self.port <= MOST_PORT:
            raise ZooError(f"--port {self.port} is not within 0..{MOST_PORT}")
        if self.proxy is not None:
            _check_network(self.proxy)
        if self.public and (not self.share or self.auth is not None):
            raise ZooError(
                "--public leaves the password of --share away: give it with --share, and without "
                "--auth"
            )
        if self.manage and self.share:
            raise ZooError(
                "--manage lets visitors train and --share lets strangers in; leave out one of them"
            )
        if self.manage and self.read_only:
            raise ZooError("--manage trains into the zoo, which --read-only leaves as it is")
        reached = not self.local or self.proxy is not None
        if self.manage and reached and self.auth is None:
            raise ZooError(
                f"--manage lets visitors train, and others can reach {self.host}"
                f"{' by the proxy' if self.local else ''}; ask for a login with "
                "--auth USER:PASSWORD"
            )

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the page."""
        return self.host in LOOPBACK

    def check_port(self) -> None:
        """ZooError when the page cannot listen where it is to: known before anything is opened."""
        try:
            found = socket.getaddrinfo(self.host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise self.cannot_listen(error) from error
        refusals = [_refusal(family, address) for family, *_, address in found]
        refused = [error for error in refusals if error is not None]
        # A name may have an address of IPv6 too, where the machine speaks none.
        if len(refused) == len(found):
            refused.sort(key=lambda error: error.errno == errno.EADDRNOTAVAIL)
            raise self.cannot_listen(refused[0]) from refused[0]

    def cannot_listen(self, error: OSError) -> ZooError:
        """What to say of it."""
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            return ZooError(
                f"--host {self.host} is no address of this machine; --host 0.0.0.0 is for all of "
                "them"
            )
        return ZooError(
            f"port {self.port} on {self.host} cannot be used ({error}); choose another with --port"
        )

    def only_reads(self) -> bool:
        """Whether the zoo stays as it is: by wish, or because it cannot be written."""
        return self.read_only or (self.folder.is_dir() and not os.access(self.folder, os.W_OK))

    def trusts_visitors(self) -> bool:
        """Whether visitors may have the server work for minutes: the owner alone, or by leave."""
        return self.manage or (self.local and not self.share and self.proxy is None)

    def login(self) -> Login | None:
        """The name and password to ask for, if any."""
        return login_for(self.auth, self.share, self.public)

    def hosts(self) -> Sequence[str] | None:
        """The names a page with power and without a login answers to: a foreign one is a trick."""
        return LOOPBACK if self.manage and self.auth is None else None


def _refusal(family: int, address: tuple[Any, ...]) -> OSError | None:
    """Why nothing can listen there; None where it can."""
    try:
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        return error
    return None


def _check_network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ZooError(
            f"--proxy {text!r} is no address or network of one, such as 127.0.0.1 or 172.30.0.0/24"
        ) from error
