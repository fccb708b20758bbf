"""What tests of storage set up, and how they run two things at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from b24app.cipher import Cipher
from b24app.domain import TokenPair, TokenResponse
from b24app.storage import portals
from b24app.storage.session import Database

T = TypeVar("T")

MEMBER = "d5a5b41d8f3ca4a9c2e8d4a5c7f0e1b2"
OTHER_MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
APPLICATION_TOKEN = "application-token-plain"
ENDPOINT = "https://portal.example/rest/"


def pair(access: str, refresh: str, now: datetime) -> TokenPair:
    return TokenPair(access, refresh, now + timedelta(hours=1))


def grant_of(member_id: str, now: datetime, **other: object) -> TokenResponse:
    values: dict[str, object] = {
        "tokens": pair("grant-access-plain", "grant-refresh-plain", now),
        "member_id": member_id,
        "client_endpoint": ENDPOINT,
        "server_endpoint": "https://oauth.example/rest/",
        "scope": frozenset({"crm", "placement"}),
        "status": "L",
        "user_id": 1,
    }
    return TokenResponse(**(values | other))  # type: ignore[arg-type] # Each test names what differs.


def install(
    database: Database,
    cipher: Cipher,
    now: datetime,
    member_id: str = MEMBER,
    application_token: str | None = APPLICATION_TOKEN,
    app_code: str | None = "local.app",
    **other: object,
) -> None:
    with database.transaction() as session:
        portals.save_installation(
            session,
            cipher,
            grant_of(member_id, now, **other),
            app_code=app_code,
            application_token=application_token,
            language="en",
            version="1.0.0",
            now=now,
        )


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Run `work(0)`, `work(1)`, ... in threads that start together; raise what any of them did."""
    barrier = threading.Barrier(count)

    def one(number: int) -> T:
        barrier.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))
