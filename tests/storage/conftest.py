"""A migrated database on each engine, an installed portal in it, and a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from b24app.cipher import Cipher
from b24app.domain import EntityRef
from b24app.storage.session import Database

from .setting import MEMBER, install
from .working import claim, do, put

__all__ = ["claim", "do", "put"]


@pytest.fixture
def database(database_url):
    database = Database(database_url).of_all()
    yield database
    database.close()


@pytest.fixture
def cipher():
    return Cipher([Fernet.generate_key().decode()])


@pytest.fixture
def other_cipher():
    """A cipher that has none of the keys of `cipher`."""
    return Cipher([Fernet.generate_key().decode()])


@pytest.fixture
def now():
    return datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)


@pytest.fixture
def deal():
    return EntityRef(2, 8061)


@pytest.fixture
def portal(database, cipher, now):
    """The installed portal's member_id."""
    install(database, cipher, now)
    return MEMBER
