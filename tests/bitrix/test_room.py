"""Memory for large answers: a portal alone has half of it, and whoever comes next finds some."""

from __future__ import annotations

import io
import json
import threading
from contextlib import ExitStack

import pytest
import requests

from b24app.bitrix.wire import answers, json_text
from b24app.bitrix.wire.room import BYTES_FOR_A_BYTE, BYTES_FOR_A_VALUE, FREE, Room
from b24app.bitrix.wire.transport import Lost, Received, exchange, make_session
from b24app.errors import PortalSilentError
from tests.bitrix.conftest import Reply, as_response, ok

LARGE = b"x" * (FREE + 1)
COST = len(LARGE) * BYTES_FOR_A_BYTE
URL = "https://portal.bitrix24.com/rest/profile"


def held(room, owner, times=1):
    """Answers of an owner that found room, as many as there was any for."""
    found = []
    for _ in range(times):
        answer = room.hold(owner)
        if answer.grow(LARGE, 0):
            found.append(answer)
    return found


def test_small_answers_need_no_room():
    room = Room(capacity=0)

    assert room.hold("one").grow(b"x" * FREE, 0)
    assert not room.hold("one").grow(LARGE, 0)


def test_room_is_taken_for_what_an_answer_becomes():
    room = Room()
    objects = b"{}," * 10_000
    answer = room.hold("one")

    assert answer.grow(objects[:100], 0)
    assert room.held == 0
    assert answer.grow(objects[100:], 0)
    assert room.held == BYTES_FOR_A_BYTE * len(objects) + BYTES_FOR_A_VALUE * 20_000


def test_room_comes_back_with_the_last_that_uses_it():
    room = Room(COST * 2)
    first = held(room, "one")
    same = list(first)
    assert not held(room, "one")

    first.clear()
    assert not held(room, "one")
    same.clear()

    assert room.held == 0
    assert held(room, "one")


def test_nobody_holds_more_than_half_of_what_the_others_leave():
    room = Room(COST * 16)

    kept = {name: held(room, name, 99) for name in ("one", "two", "three", "four")}

    assert [len(one) for one in kept.values()] == [8, 4, 2, 1]


def test_what_found_no_room_holds_none():
    room = Room(COST * 2)
    answer = room.hold("one")

    assert answer.grow(LARGE, 0)
    assert not answer.grow(LARGE, 0)
    assert room.held == COST
    del answer
    assert room.held == 0


def test_who_finds_no_room_waits_for_it():
    room = Room(COST * 2, patience=5)
    first = held(room, "one")
    found = []

    def wait():
        found.append(room.hold("one").grow(LARGE, 5))

    waiting = threading.Thread(target=wait)
    waiting.start()
    first.clear()
    waiting.join()

    assert found == [True]


def test_an_answer_without_room_is_given_up(server, deadline):
    room = Room(capacity=0, patience=0)
    server.answers(Reply(b"[" + b"1," * 20_000 + b"1]"), Reply(b"{}"))
    session = make_session(server)

    def post():
        return exchange(session, requests.Request("POST", URL, data=b"{}"), deadline, room)

    assert post() is Lost.NO_ROOM
    assert isinstance(post(), Received)


def test_room_lasts_as_long_as_the_answer(client, server, tokens, deadline):
    from b24app.bitrix.methods import payments
    from b24app.bitrix.wire.room import ROOM
    from b24app.domain import EntityRef

    row = {"id": 1, "paid": "N", "sum": 1, "paySystemName": "x" * 1000}
    server.answers(ok({"result": {"list": [row] * 50}, "result_error": []}))
    before = ROOM.held

    answer = client.batch(tokens, {"list": payments.list_payments(EntityRef(2, 1))}, deadline)

    assert ROOM.held > before
    del answer
    assert ROOM.held == before


@pytest.mark.parametrize("kind", ["too_large", "no_room"])
def test_what_is_too_much_is_not_asked_for_again(client, server, tokens, deadline, kind):
    from b24app.bitrix.methods import portal

    def send(request, **_):
        server.seen.append(request)
        body = io.BytesIO(b" " * 3_000_000)
        return as_response(request, 200, {}, body)

    server.send = send
    with ExitStack() as stack:
        if kind == "no_room":
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr("b24app.bitrix.wire.room.Room.take", lambda *_args: False)
        with pytest.raises(PortalSilentError) as raised:
            client.call(tokens, portal.profile(), deadline)

    assert raised.value.code == kind
    assert len(server.seen) == 1


def test_large_bodies_are_read_one_at_a_time(monkeypatch):
    present, most = [0], [0]
    lock, go_on = threading.Lock(), threading.Event()

    def read(_body):
        with lock:
            present[0] += 1
            most[0] = max(most[0], present[0])
        go_on.wait(0.02)
        with lock:
            present[0] -= 1
        return {}

    monkeypatch.setattr(json_text, "read", read)
    body = json.dumps({"result": "x" * 100_000}).encode()
    threads = [threading.Thread(target=answers.parse, args=(body,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]
