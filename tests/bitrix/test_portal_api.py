"""A portal that serves batches, and one that does not, look the same to a caller."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.wire.client import BitrixClient
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.portal_api import Batch, PortalApi
from b24app.bitrix.wire.transport import make_session
from b24app.errors import (
    Executed,
    PortalSilentError,
    RightsRefusedError,
    SessionExpiredError,
    UnexpectedAnswerError,
)
from tests.bitrix.batching_portal import Portal, read, write
from tests.bitrix.conftest import Clock, Reply, Server, Tokens


class EndingSession(Tokens):
    def renew(self, rejected):
        raise SessionExpiredError(f"{rejected} is over")


@pytest.fixture
def api_of(client, server, tokens, clock):
    def build(portal, **known):
        server.handler = portal
        return PortalApi(client, tokens, lambda sec: Deadline(sec, clock.monotonic), **known)

    return build


def test_commands_that_a_portal_serves_travel_in_one_request(api_of):
    portal = Portal({"a": 1, "b": 2})
    batch = Batch()
    first, second = batch.add(read("a")), batch.add(write("b"))

    result = api_of(portal).send(batch)

    assert (result[first], result[second]) == (1, 2)
    assert portal.requests == ["batch"]


@pytest.mark.parametrize("refusal", [{"unbatched": ["a", "b", "c"]}, {"is_batch_off": True}])
def test_a_refused_batch_is_carried_out_by_single_calls_and_told_once(api_of, refusal):
    portal = Portal({"a": 1, "b": 7, "c": 3}, **refusal)
    told: list[bool] = []
    api = api_of(portal, on_batch_refused=lambda: told.append(True))

    for _ in range(2):
        batch = Batch()
        first, second = batch.add(read("a")), batch.add(write("b"))
        third = batch.add(read("c", of=second.reference()))
        result = api.send(batch)
        assert (result[first], result[second], result[third]) == (1, 7, 3)

    assert told == [True]
    assert portal.requests == ["batch", "a", "b", "c", "a", "b", "c"]
    assert portal.ran[2] == ("c", {"of": 7})


def test_a_portal_known_to_refuse_is_asked_for_no_batch(api_of):
    portal = Portal({"a": 1})
    batch = Batch()
    handle = batch.add(read("a"))

    assert api_of(portal, refuses_batch=True).send(batch)[handle] == 1
    assert portal.requests == ["a"]


def test_a_write_that_was_served_in_a_batch_is_never_sent_again(api_of):
    portal = Portal({"pay": True, "add": 5, "list": ["fresh"]}, unbatched=["add"])
    batch = Batch()
    paid, added, listed = batch.add(write("pay")), batch.add(write("add")), batch.add(read("list"))

    result = api_of(portal).send(batch)

    assert (result[paid], result[added], result[listed]) == (True, 5, ["fresh"])
    ran = [name for name, _ in portal.ran]
    assert ran.count("pay") == ran.count("add") == 1
    # What was read inside the batch came before the write, so it is read again.
    assert ran == ["pay", "list", "add", "list"]


def test_what_may_be_repeated_follows_a_write_that_was_refused(api_of):
    portal = Portal({"unbind": 2, "bind": True, "list": ["tab"]}, unbatched=["unbind"])
    batch = Batch()
    unbound, bound = (
        batch.add(write("unbind")),
        batch.add(replace(write("bind"), is_repeatable=True)),
    )
    listed = batch.add(read("list"))

    result = api_of(portal).send(batch)

    assert (result[unbound], result[bound], result[listed]) == (2, True, ["tab"])
    assert [name for name, _ in portal.ran] == ["bind", "list", "unbind", "bind", "list"]


def test_reads_that_were_served_are_not_repeated_where_no_write_was_left(api_of):
    portal = Portal({"a": 1, "b": 2, "c": 3}, unbatched=["b"])
    batch = Batch()
    handles = [batch.add(read(name)) for name in "abc"]

    result = api_of(portal).send(batch)

    assert [result[one] for one in handles] == [1, 2, 3]
    assert [name for name, _ in portal.ran] == ["a", "c", "b"]


@pytest.mark.parametrize("is_known", [True, False])
def test_what_a_missing_reference_would_have_named_is_refused_and_not_run(api_of, is_known):
    portal = Portal({"add": ("ACCESS_DENIED", 403), "row": 1, "list": []}, is_batch_off=True)
    batch = Batch()
    added = batch.add(write("add"))
    row = batch.add(write("row", payment=added.reference()))
    listed = batch.add(read("list"))

    result = api_of(portal, refuses_batch=is_known).send(batch)

    with pytest.raises(RightsRefusedError):
        result[added]
    assert result.error(row).code == "100"
    assert result.error(row).executed is Executed.NO
    assert result[listed] == []
    assert [name for name, _ in portal.ran] == ["add", "list"]


@pytest.mark.parametrize("refusal", [{}, {"is_batch_off": True}, {"unbatched": ["write"]}])
def test_stopping_at_an_error_leaves_the_rest_undone_and_says_so(api_of, refusal):
    portal = Portal({"guard": ("ACCESS_DENIED", 403), "write": True}, **refusal)
    batch = Batch()
    batch.add(read("guard"))
    written = batch.add(write("write"))

    if not refusal.get("is_batch_off"):
        result = api_of(portal).send(batch, stop_on_error=True)
        assert not result.is_answered(written)
        with pytest.raises(UnexpectedAnswerError) as raised:
            result[written]
        assert raised.value.executed is Executed.NO
    else:
        with pytest.raises(RightsRefusedError):
            api_of(portal).send(batch, stop_on_error=True)
    assert "write" not in [name for name, _ in portal.ran]


def test_stopping_goes_on_alone_where_only_the_batch_was_in_the_way(api_of):
    portal = Portal({"guard": [1], "write": True}, unbatched=["write"])
    batch = Batch()
    guard, written = batch.add(read("guard")), batch.add(write("write"))

    result = api_of(portal).send(batch, stop_on_error=True)

    assert (result[guard], result[written]) == ([1], True)
    assert portal.requests == ["batch", "write"]


def test_text_that_a_batch_would_change_goes_alone_and_says_nothing_about_the_portal(api_of):
    portal = Portal({"comment": 1, "list": 2})
    told: list[bool] = []
    batch = Batch()
    batch.add(write("comment", text="costs $result[x]"))
    batch.add(read("list"))
    api = api_of(portal, on_batch_refused=lambda: told.append(True))

    api.send(batch)

    assert portal.requests == ["comment", "list"]
    assert portal.ran[0] == ("comment", {"text": "costs $result[x]"})
    assert told == []


def test_a_lost_write_is_not_sent_again_and_its_reread_still_comes(api_of, server):
    portal = Portal({"write": True, "list": [1]}, is_batch_off=True)

    def handler(seen):
        if seen.url.endswith("/write"):
            portal.requests.append("write")
            return Reply("<html>", 502)
        return portal(seen)

    api = api_of(portal)
    server.handler = handler
    batch = Batch()
    written, listed = batch.add(write("write")), batch.add(read("list"))

    result = api.send(batch)

    assert isinstance(result.error(written), PortalSilentError)
    assert result.error(written).executed is Executed.UNKNOWN
    assert result[listed] == [1]
    assert portal.requests.count("write") == 1


def test_a_session_that_ends_after_a_write_does_not_hide_the_write(client, server, clock):
    portal = Portal({"write": True, "list": ("expired_token", 401)})
    server.handler = portal
    api = PortalApi(
        client, EndingSession(), lambda sec: Deadline(sec, clock.monotonic), refuses_batch=True
    )
    batch = Batch()
    written, listed = batch.add(write("write")), batch.add(read("list"))

    result = api.send(batch)

    assert result[written] is True
    assert result.error(listed).executed is Executed.NO
    assert isinstance(result.error(listed).__cause__, SessionExpiredError)


def test_a_session_that_ends_before_anything_was_answered_is_raised(client, server, clock):
    server.handler = Portal({"write": ("expired_token", 401)})
    api = PortalApi(
        client, EndingSession(), lambda sec: Deadline(sec, clock.monotonic), refuses_batch=True
    )
    batch = Batch()
    batch.add(write("write"))

    with pytest.raises(SessionExpiredError):
        api.send(batch)


def test_several_batches_of_reads_are_sent_at_once_and_fail_apart(api_of):
    portal = Portal({"a": 1, "b": ("ACCESS_DENIED", 403)}, is_batch_off=True)
    one, other = Batch(), Batch()
    first = one.add(read("a"))
    other.add(read("b"))

    found, refused = api_of(portal).send_all([one, other])

    assert found[first] == 1
    assert isinstance(refused, RightsRefusedError)


@pytest.mark.parametrize(
    ("commands", "calls"), [(1, 1), (15, 1), (16, 2), (27, 3), (150, 3), (151, 4)]
)
def test_long_reading_shares_its_commands_among_calls_at_the_same_time(api_of, commands, calls):
    portal = Portal({f"list{number}": number for number in range(commands)})
    batch = Batch()
    handles = [batch.add(read(f"list{number}")) for number in range(commands)]

    result = api_of(portal).read(batch)

    assert [result[handle] for handle in handles] == list(range(commands))
    assert portal.requests == ["batch"] * calls


def test_long_reading_raises_what_concerns_one_of_its_calls(client, server, clock):
    server.handler = Portal({"list": ("expired_token", 401)})
    api = PortalApi(
        client, EndingSession(), lambda sec: Deadline(sec, clock.monotonic), refuses_batch=True
    )
    batch = Batch()
    for _ in range(20):
        batch.add(read("list"))

    with pytest.raises(SessionExpiredError):
        api.read(batch)


STEPS = st.lists(
    st.tuples(st.sampled_from("rw"), st.booleans(), st.integers(0, 5)), min_size=1, max_size=8
)


@given(steps=STEPS, unbatched=st.sets(st.integers(0, 7)), failing=st.sets(st.integers(0, 7)))
def test_any_batch_comes_to_the_same_however_it_has_to_be_sent(steps, unbatched, failing):
    """Each write runs at most once, in order, and every outcome is that of a willing portal."""

    def outcome_of(portal, **known):
        server, clock = Server(), Clock()
        server.handler = portal
        client = BitrixClient(
            make_session(server), monotonic=clock.monotonic, sleep=clock.sleep, jitter=lambda: 0.0
        )
        api = PortalApi(client, Tokens(), lambda sec: Deadline(sec, clock.monotonic), **known)
        batch, handles = Batch(), []
        for number, (kind, refers, back) in enumerate(steps):
            params = {}
            if refers and number:
                params["ref"] = handles[back % number].reference()
            make = write if kind == "w" else read
            handles.append(batch.add(make(f"m{number}", **params)))
        try:
            result = api.send(batch)
        except RightsRefusedError:
            return ["refused"] * len(handles)
        codes = [result.error(one) for one in handles]
        return [
            f"{code.code}" if code is not None else json.dumps(result[one])
            for one, code in zip(handles, codes, strict=True)
        ]

    results = {
        f"m{number}": ("ACCESS_DENIED", 403) if number in failing else number
        for number in range(len(steps))
    }
    writes = {f"m{number}" for number, (kind, _, _) in enumerate(steps) if kind == "w"}
    willing = Portal(results)
    partly = Portal(results, unbatched={f"m{number}" for number in unbatched})
    never = Portal(results, is_batch_off=True)

    expected = outcome_of(willing)
    found = [outcome_of(partly), outcome_of(never), outcome_of(never, refuses_batch=True)]

    for outcome in found:
        # A batch none of whose commands succeeded may be told as one refusal.
        assert outcome == expected or (
            outcome == ["refused"] * len(steps) and set(expected) <= {"ACCESS_DENIED", "100"}
        )
    for portal in (willing, partly):
        ran = [name for name, _ in portal.ran if name in writes]
        assert len(ran) == len(set(ran))


@pytest.mark.parametrize("halt", [False, True])
def test_a_write_that_a_batch_says_nothing_of_is_not_sent_again(api_of, server, halt):
    portal = Portal({"pay": True, "list": [1]}, unbatched=["list"])
    batch = Batch()
    paid, listed = batch.add(write("pay")), batch.add(read("list"))

    def forgetful(seen):
        answer = portal(seen)
        if seen.url.endswith("/batch"):
            answer.body["result"]["result"] = {}
        return answer

    api = api_of(portal)
    server.handler = forgetful

    result = api.send(batch, stop_on_error=halt)

    assert [name for name, _ in portal.ran].count("pay") == 1
    assert result[listed] == [1]
    with pytest.raises(UnexpectedAnswerError) as raised:
        result[paid]
    assert raised.value.executed is Executed.UNKNOWN
