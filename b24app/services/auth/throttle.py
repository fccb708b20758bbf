"""Limit how often strangers may fail: failed proofs are counted, not traffic (decisions 29).

A whole company shares one address, and any web page can make a browser send forged posts from it.
So a count never blocks a person with a proof that costs nothing: a session that the portal
confirmed, or the portal's application_token. Only what costs an exchange with our secret, or a
call to a portal, is refused before it is tried, and each sender and portal has its own count.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from b24app.errors import AuthorizationServerError, DatabaseAwayError, TooManyRequestsError
from b24app.services.deps import Deps
from b24app.storage import failed_proofs, launches

log = logging.getLogger(__name__)

A_MINUTE = 300
"""Failed proofs that one address may have in a minute."""

EXCHANGES_A_SENDER = 10
EXCHANGES_AN_ADDRESS = 20
EXCHANGES_IN_ALL = 120
"""Exchanges with our secret that strangers may fail at in a minute."""

EXCHANGES_A_PORTAL = 20
"""Exchanges that posts of one portal's own people may cause in a minute, successful ones too."""

OPENINGS_A_SENDER = 30
OPENINGS_IN_ALL = 60
"""Openings of one portal in a minute without its application_token or its confirmation: half of the
calls that Bitrix24 allows."""

NETWORK_V6 = 64
EVERY = "every failure"
MARK_DIGITS = 5
"""Names hold addresses and text from strangers, so only a short digest of each is stored: it
identifies nobody, and there are at most a million of them."""


def _without_port(address: str) -> str:
    """Return an address without the port that some proxies put behind it."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a request came from: its address, and the site whose page made the browser send it.

    A page cannot choose what its browser names as its origin, so another site's forgeries count for
    that site. Programs can, which is why the address is counted too.
    """

    address: str
    site: str = ""

    @classmethod
    def of(cls, address: str, origin: str) -> Sender:
        """Read the address and the Origin header, of which the host's last two parts count."""
        try:
            host = urlsplit(origin).hostname or ""
        except ValueError:
            host = ""
        is_name = not host.replace(".", "").isdigit() and ":" not in host
        return cls(address, ".".join(host.split(".")[-2:]) if is_name else host)

    @property
    def network(self) -> str:
        """Return the address; for IPv6, the network that a customer is given."""
        try:
            address = ipaddress.ip_address(_without_port(self.address))
        except ValueError:
            return self.address
        if isinstance(address, ipaddress.IPv6Address):
            if address.ipv4_mapped is not None:
                # As a socket for both kinds names it: all of them would be one network.
                return str(address.ipv4_mapped)
            return str(ipaddress.ip_network((address, NETWORK_V6), strict=False).network_address)
        return str(address)


@dataclass(frozen=True, slots=True)
class Limit:
    """A count, and how far it may go in a minute."""

    name: str
    most: int


Limits = Sequence[Limit]
"""From the narrowest to the widest. Above a wider one, only a sender's first try of the minute is
let through, and only up to twice as many, so that a flood does not shut out later senders."""


def exchange_limits(sender: Sender) -> Limits:
    """Return the limits of exchanges that strangers may cause at the authorization server."""
    return (
        Limit(f"exchange {sender.network} {sender.site}", EXCHANGES_A_SENDER),
        Limit(f"exchange {sender.network}", EXCHANGES_AN_ADDRESS),
        Limit("exchange", EXCHANGES_IN_ALL),
    )


def opening_limits(sender: Sender, member_id: str) -> Limits:
    """Return the limits of calls strangers may cause; they use up the limits of its people."""
    return (
        Limit(f"opening {member_id} {sender.network}", OPENINGS_A_SENDER),
        Limit(f"opening {member_id}", OPENINGS_IN_ALL),
    )


def require(deps: Deps, limits: Limits) -> None:
    """Raise TooManyRequestsError if too much has failed in the current minute."""
    now = deps.clock()
    with deps.db.reading() as session:
        counts = [failed_proofs.count(session, _mark(deps, limit.name), now) for limit in limits]
    is_first = counts[0] == 0
    for number, (limit, count) in enumerate(zip(limits, counts, strict=True)):
        if count >= limit.most * (2 if is_first and number else 1):
            raise TooManyRequestsError("too much has failed within a minute")


def note_failed(deps: Deps, limits: Limits) -> None:
    """Count one more failure."""
    _add(deps, [_mark(deps, limit.name) for limit in limits])


@contextmanager
def exchanging(deps: Deps, sender: Sender, member_id: str, *, is_vouched: bool) -> Iterator[None]:
    """Limit the exchanges with our secret that posts can cause. Put it around each one.

    A proven post counts only for its portal. `is_vouched`: the post held the portal's
    application_token; then a failure counts there too. Raises TooManyRequestsError.
    """
    own: Limits = (Limit(f"exchange of {member_id}", EXCHANGES_A_PORTAL),)
    limits = own if is_vouched else exchange_limits(sender)
    require(deps, own)
    require(deps, limits)
    # Count before the result is known: otherwise many at the same time would all be let through.
    note_failed(deps, limits)
    try:
        yield
    except AuthorizationServerError:
        # Its silence says nothing about the sender.
        _take_back(deps, limits)
        raise
    if limits is not own:
        try:
            _take_back(deps, limits)
            note_failed(deps, own)
        except DatabaseAwayError as error:
            # The pair of the exchange is worth more than a count that ends with its minute.
            log.warning("an exchange stays counted as failed: %s", error)


def is_blocked(deps: Deps, name: str) -> bool:
    """Return whether this name has failed too often in the current minute."""
    with deps.db.reading() as session:
        return failed_proofs.count(session, name, deps.clock()) >= A_MINUTE


def note(deps: Deps, name: str) -> None:
    """Count one failed proof."""
    _add(deps, [name])


def note_address(deps: Deps, sender: Sender) -> bool:
    """Count one failed proof of an address. Return True if there are too many."""
    name = _mark(deps, f"address {sender.network}")
    if is_blocked(deps, name):
        return True
    note(deps, name)
    return False


def was_proven(deps: Deps, member_id: str, launch_id: str) -> bool:
    """Return whether the portal has confirmed the opener of this launch before."""
    with deps.db.of(member_id).reading() as session:
        return launches.find(session, member_id, launch_id) is not None


def _add(deps: Deps, names: Sequence[str]) -> None:
    now = deps.clock()
    with deps.db.transaction() as session:
        if failed_proofs.add(session, EVERY, now) == 1:
            # Once a minute, on the first failure: a flood must not fill the table for an hour.
            failed_proofs.delete_old(session, now)
        for name in names:
            failed_proofs.add(session, name, now)


def _take_back(deps: Deps, limits: Limits) -> None:
    now = deps.clock()
    with deps.db.transaction() as session:
        for limit in limits:
            failed_proofs.take_back(session, _mark(deps, limit.name), now)


def _mark(deps: Deps, name: str) -> str:
    return f"{name.partition(' ')[0]}:{deps.cipher.mark(name)[:MARK_DIGITS]}"
