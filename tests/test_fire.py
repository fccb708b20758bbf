"""The tool that compares books under fire: it notices each kind of lie, and nothing else."""

from __future__ import annotations

import socket

import pytest

from tools.fire import page
from tools.fire.books import Books, Line, Row, renewed
from tools.fire.cable import Cable
from tools.fire.ledger import Ran, Seen, Wish

PAY, ADD = "crm.item.payment.pay", "crm.item.payment.add"


def wish(told="done", act="pay", payments=(1,), methods=(PAY,), **more):
    ids = frozenset(map(str, payments)) or frozenset({"8061"})
    fields = {"user": 7, "key": "a", "started": 10.0, "ended": 20.0, **more}
    return Wish(act, frozenset(methods), 8061, payments, ids, told=told, **fields)


def ran(method=PAY, at=12.0, made=None, **params):
    return Ran(method, params or {"id": 1}, 7, at, at + 0.1, made, "ok")


def line(outcome="done", action="pay", payment_id=1, at=13.0):
    return Line(action, outcome, "", payment_id, at, 7)


def wrong(wishes, commands, lines, seen=()):
    """The promises that are not kept, by the first words of each."""
    books = Books({1: "N", 2: "Y"}, commands, wishes, lines, began=1.0)
    rows = [
        books.once(), books.wanted(), books.lost(), books.nothing(), books.unlogged(),
        books.invented(), books.shown(seen),
    ]  # fmt: skip
    return [row.promise for row in rows if row.wrong]


def test_books_that_agree_are_no_fault():
    shown = [Seen(8061, 11.0, 20.0, {1: "Y", 2: "Y"}, True), Seen(8061, 2.0, 3.0, {1: "N"}, True)]

    assert wrong([wish()], [ran()], [line()], shown) == []
    assert wrong([wish("nothing")], [], [line("refused")]) == []
    assert wrong([wish("unknown")], [ran()], [line("unknown", at=11.0)]) == []
    made = wish(act="create", payments=(), methods=(ADD,))
    assert wrong([made], [ran(ADD, made=9, entityId=8061)], [line("done", "create", 9)]) == []


def test_a_command_at_the_end_of_one_wish_is_not_taken_for_the_next_one_s():
    times = ((10.0, 20.0), (20.01, 30.0))
    wishes = [
        wish(act="create", payments=(), methods=(ADD,), key=str(start), started=start, ended=end)
        for start, end in times
    ]
    commands = [ran(ADD, 19.95, 8, entityId=8061), ran(ADD, 29.9, 9, entityId=8061)]
    lines = [line("done", "create", 8, 19.97), line("done", "create", 9, 29.95)]

    assert wrong(wishes, commands, lines) == []


@pytest.mark.parametrize(
    ("wishes", "commands", "lines", "found"),
    [
        ([wish()], [ran(), ran(at=14.0)], [line()], "executed twice under one key"),
        ([wish()], [ran(), ran(id=2)], [line()], "executed, and nobody had asked"),
        ([wish()], [ran(), ran(at=30.0)], [line()], "executed, and nobody had asked"),
        ([wish()], [], [], "told as done, and not so"),
        ([wish("nothing")], [ran()], [line()], "told as not done, and done"),
        ([wish("unknown")], [ran()], [], "executed, and not in the log"),
        ([wish()], [ran()], [line("failed")], "executed, and not in the log"),
        ([], [], [line()], "in the log as done, and not executed"),
    ],
)
def test_each_kind_of_lie_is_noticed(wishes, commands, lines, found):
    assert wrong(wishes, commands, lines) == [found]


def test_a_state_that_a_payment_never_had_is_noticed():
    before = Seen(8061, 2.0, 3.0, {1: "Y"}, True)
    after = Seen(8061, 15.0, 16.0, {1: "N"}, True)

    assert wrong([wish()], [ran()], [line()], [before, after]) == ["shown in a wrong state"]


def test_a_pair_is_renewed_once_unless_its_answer_was_lost():
    def use(at, fault="", was_expired=True):
        params = {"pair": "p", "fault": fault, "was_expired": was_expired, "user": 7}
        return {"started": at, "status": 200, "params": params}

    assert not any(row.wrong for row in renewed([use(2.0)], 1.0))
    assert not any(row.wrong for row in renewed([use(2.0, "lost"), use(3.0)], 1.0))
    assert [bool(row.wrong) for row in renewed([use(2.0), use(3.0)], 1.0)] == [True, False]
    early = renewed([use(2.0, was_expired=False)], 1.0)
    assert [bool(row.wrong) for row in early] == [False, True]


def test_the_table_is_put_between_its_marks(tmp_path, monkeypatch):
    copy = tmp_path / "page.md"
    copy.write_text(page.PAGE.read_text())
    monkeypatch.setattr(page, "PAGE", copy)

    page.write({"minutes": "1"}, [Row("a promise", 5, ["broken"])])
    page.write({"minutes": "2"}, [Row("a promise", 5, ["broken"])])

    assert copy.read_text().count("| minutes | 2 |\n") == 1
    assert "| minutes | 1 |" not in copy.read_text()
    assert "| a promise | 5 | 1 |" in copy.read_text()


def test_a_cable_carries_and_is_cut():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Cable(*server.getsockname()) as cable,
        socket.create_connection(("127.0.0.1", cable.port), timeout=5) as near,
    ):
        far, _ = server.accept()
        near.sendall(b"asked")
        assert far.recv(5) == b"asked"
        assert cable.cut() == 1
        assert near.recv(1) == b""
        far.close()
