from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from b24app.domain import EntityRef
from b24app.errors import UnknownPortalError
from b24app.storage import activity, idempotency, portals, settings, user_tokens
from b24app.storage.models import Base

from .everything import NAME, fill, row_counts, tables_with
from .setting import MEMBER, OTHER_MEMBER, install, pair

EVERY_TABLE = set(Base.metadata.tables)


@pytest.fixture
def full(database, cipher, now):
    """Two portals with a trace in every table."""
    fill(database, cipher, MEMBER, now)
    fill(database, cipher, OTHER_MEMBER, now)
    return database


def line_of(portal, now):
    return activity.Record(portal, now, 7, NAME, EntityRef(2, 1), "pay", "done", note=NAME)


def erase(database, *, keep_settings):
    with database.transaction() as session:
        portals.erase(session, MEMBER, keep_settings=keep_settings)


def test_these_tests_would_notice_any_table_left_out(full):
    assert tables_with(full, MEMBER) == EVERY_TABLE


def test_cleaning_leaves_no_row_that_names_the_portal(full):
    erase(full, keep_settings=False)

    assert tables_with(full, MEMBER) == set()


def test_without_cleaning_only_settings_and_activity_stay(full):
    erase(full, keep_settings=True)

    assert tables_with(full, MEMBER) == {"portal_settings", "activity"}
    with full.reading() as session:
        assert settings.load(session, MEMBER) == {"users": [7]}


def test_activity_stays_without_names_and_notes(full):
    erase(full, keep_settings=True)

    with full.reading() as session:
        (line,) = activity.page(session, MEMBER)
        (others,) = activity.page(session, OTHER_MEMBER)
    assert (line.user_name, line.note, line.user_id, line.action) == ("", "", 7, "pay")
    assert (others.user_name, others.note) == (NAME, f"of {NAME}")


@pytest.mark.parametrize("keep_settings", [True, False])
def test_no_name_of_a_person_stays(database, cipher, now, keep_settings):
    fill(database, cipher, MEMBER, now)
    assert tables_with(database, NAME) == {"launches", "activity", "cached_lists"}

    erase(database, keep_settings=keep_settings)

    assert tables_with(database, NAME) == set()


@pytest.mark.parametrize("keep_settings", [True, False])
def test_other_portals_keep_every_row(full, keep_settings):
    erase(full, keep_settings=keep_settings)

    assert tables_with(full, OTHER_MEMBER) == EVERY_TABLE
    if not keep_settings:
        assert set(row_counts(full).values()) == {1}


@pytest.mark.parametrize("wildcards", ["d5a5%", "d5a5_", "%"])
def test_a_member_id_is_no_pattern(full, wildcards):
    with full.transaction() as session:
        portals.erase(session, wildcards, keep_settings=False)

    assert set(row_counts(full).values()) == {2}


def test_erasing_twice_is_no_error(full):
    erase(full, keep_settings=False)
    erase(full, keep_settings=False)

    assert tables_with(full, MEMBER) == set()


def test_what_the_same_transaction_wrote_before_is_erased_too(database, portal, now):
    with database.transaction() as session:
        found = portals.find(session, portal)
        found.language = "de"
        activity.append(
            session, activity.Record(portal, now, 7, NAME, EntityRef(2, 1), "erase", "done")
        )
        portals.erase(session, portal, keep_settings=False)
        assert found.member_id == portal

    assert tables_with(database, MEMBER) == set()


def test_a_portal_that_installs_again_finds_its_kept_settings(full, cipher, now):
    erase(full, keep_settings=True)

    install(full, cipher, now)

    with full.reading() as session:
        assert portals.find(session, MEMBER).state == "installing"
        assert settings.load(session, MEMBER) == {"users": [7]}
        assert user_tokens.find(session, cipher, MEMBER, 7) is None


def save_token(session, cipher, now):
    user_tokens.save(session, cipher, MEMBER, 9, pair("late", "late", now), is_admin=False, now=now)


def test_a_request_that_ends_while_erasing_leaves_no_token(database, cipher, portal, now):
    erasing, saving = threading.Event(), threading.Event()

    def save_late():
        erasing.wait(timeout=30)
        saving.set()
        with database.transaction() as session:
            save_token(session, cipher, now)

    with ThreadPoolExecutor(1) as threads:
        late = threads.submit(save_late)
        with database.transaction() as session:
            portals.erase(session, portal, keep_settings=False)
            erasing.set()
            saving.wait(timeout=30)

    assert isinstance(late.exception(), UnknownPortalError)
    assert tables_with(database, MEMBER) == set()


def test_erasing_waits_for_a_request_that_is_just_saving_a_token(database, cipher, portal, now):
    saved, erasing = threading.Event(), threading.Event()

    def erase_late():
        saved.wait(timeout=30)
        erasing.set()
        erase(database, keep_settings=False)

    with ThreadPoolExecutor(1) as threads:
        late = threads.submit(erase_late)
        with database.transaction() as session:
            save_token(session, cipher, now)
            saved.set()
            erasing.wait(timeout=30)

    assert late.exception() is None
    assert portal == MEMBER
    assert tables_with(database, MEMBER) == set()


@pytest.mark.parametrize("keep_settings", [True, False])
def test_erasing_waits_for_what_has_no_reference_to_the_portal(
    database, portal, now, keep_settings
):
    """Lines of the log and settings: they stay readable without the portal, and would stay."""
    with ThreadPoolExecutor(1) as threads, database.transaction() as session:
        activity.append(session, line_of(portal, now))
        settings.save(session, portal, {"users": [7]}, updated_by=7, now=now)
        late = threads.submit(erase, database, keep_settings=keep_settings)
        # Long enough to be over, where nothing makes it wait.
        wait([late], timeout=0.5)
        assert not late.done()

    assert late.exception() is None
    assert tables_with(database, MEMBER) == (
        {"activity", "portal_settings"} if keep_settings else set()
    )
    assert tables_with(database, NAME) == set()


def test_erasing_waits_for_interrupted_writes_that_are_being_recorded(database, portal, now):
    """Both hold the portal first, so that neither waits for what the other holds."""
    with database.transaction() as session:
        idempotency.begin(session, portal, 7, "key-1", "pay 1", now, {"payment_ids": [1]})

    with ThreadPoolExecutor(1) as threads, database.transaction() as session:
        later = now + idempotency.ABANDONED
        assert len(idempotency.take_interrupted(session, later)) == 1
        late = threads.submit(erase, database, keep_settings=False)
        wait([late], timeout=0.5)
        assert not late.done()
        activity.append(session, line_of(portal, now))

    assert late.exception() is None
    assert tables_with(database, MEMBER) == set()


def test_nothing_is_written_about_a_portal_that_is_gone(database, portal, now):
    erase(database, keep_settings=False)

    with database.transaction() as session:
        activity.append(session, line_of(portal, now))
    with pytest.raises(UnknownPortalError), database.transaction() as session:
        settings.save(session, portal, {"users": [7]}, updated_by=7, now=now)

    assert tables_with(database, MEMBER) == set()
