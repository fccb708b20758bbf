"""Installations written into the app's database, as installing and a first opening would have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from sqlalchemy.orm import Session

from b24app.cipher import Cipher
from b24app.domain import EntityRef, TokenPair, TokenResponse
from b24app.storage import card_memory, portals, user_tokens
from b24app.storage.session import Database
from tools.stage import DEMO_CARD, Stage
from tools.visitor import Frame, Visitor

AT_ONCE = 500
DEAL = EntityRef(2, 8061)
CODE = "northwind.deal_payments"


def add_portals(running: Stage, numbers: range) -> None:
    """Add a portal for each number, with one person's pair and one card that was seen."""
    for first in numbers[::AT_ONCE]:
        with _transaction(running) as (session, cipher):
            for number in range(first, min(first + AT_ONCE, numbers.stop)):
                grant = _grant(number, f"portal{number}.example", "https")
                _install(session, cipher, grant, "app.bench")


def neighbours(running: Stage, host: str, numbers: range) -> list[Frame]:
    """Add portals that answer at `host`, open the demo card in each, and return the frames.

    They answer for the application that is installed in the stage's own portal.
    """
    with _transaction(running) as (session, cipher):
        for number in numbers:
            _install(session, cipher, _grant(number, host, "http"), CODE)
    visitor = Visitor(running.portal_url)
    own = visitor.open_tab(DEMO_CARD)
    url = own.url.replace(quote(urlsplit(running.portal_url).netloc, safe=""), quote(host, safe=""))
    posted = ({"member_id": member_id(n), "APPLICATION_TOKEN": _token(n)} for n in numbers)
    return [visitor.open_frame(url, {**own.fields, **changed}) for changed in posted]


def member_id(number: int) -> str:
    """The id of the portal with this number."""
    return f"{number:032x}"


def _token(number: int) -> str:
    return f"{number:032d}"


@contextmanager
def _transaction(running: Stage) -> Iterator[tuple[Session, Cipher]]:
    database = Database(running.app_environment["DATABASE_URL"]).of_all()
    with database.transaction() as session:
        yield session, Cipher([running.app_environment["TOKEN_KEYS"]])
    database.close()


def _grant(number: int, host: str, scheme: str) -> TokenResponse:
    expires = datetime.now(UTC) + timedelta(hours=1)
    return TokenResponse(
        TokenPair(f"access{number}", f"refresh{number}", expires),
        member_id=member_id(number),
        client_endpoint=f"{scheme}://{host}/rest/",
        server_endpoint="https://oauth.example/rest/",
        scope=frozenset({"crm", "placement"}),
        status="L",
        user_id=1,
    )


def _install(session: Session, cipher: Cipher, grant: TokenResponse, code: str) -> None:
    now = datetime.now(UTC)
    portals.save_installation(
        session,
        cipher,
        grant,
        app_code=code,
        application_token=_token(int(grant.member_id, 16)),
        language="en",
        version="1",
        now=now,
    )
    portals.activate(session, grant.member_id, now)
    user_tokens.save(session, cipher, grant.member_id, 1, grant.tokens, is_admin=True, now=now)
    card_memory.save_known_payments(session, grant.member_id, DEAL, range(1036, 1040), now)
