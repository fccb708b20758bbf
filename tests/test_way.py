"""A payment's id on its way from a button to the portal and back: easy to follow, by one name."""

from __future__ import annotations

import pytest

from tools import way

RETURNS_AT_MOST = 3


@pytest.fixture(scope="module")
def ways():
    return way.ways()


def test_no_room_is_entered_again_and_again(ways):
    often = {
        (name, room): times
        for name, one in ways.items()
        for room, times in one.returns.items()
        if times > RETURNS_AT_MOST
    }

    assert not often


def test_every_button_goes_down_from_its_route_to_the_portal(ways):
    assert ways.keys() == way.BUTTONS.keys()
    for name, one in ways.items():
        assert one.rooms[:2] == ["web/tab", "services/payments"], name
        assert "bitrix/methods" in one.rooms, name


def test_the_id_keeps_its_name_on_its_way(ways):
    names = {name for one in ways.values() for step in one.steps for name in step.names}

    assert names == {"payment_id", "payment_ids"}


def test_a_way_goes_up_only_into_what_the_button_itself_declared(ways):
    up = {step.room for one in ways.values() for step in one.steps if step.is_up}

    assert up <= {"services/payments"}


def test_rooms_are_printed_and_every_step_of_a_button_that_is_named(capsys, monkeypatch, ways):
    monkeypatch.setattr(way, "ways", lambda: ways)

    assert way.main(["Quantity"]) == 0

    printed = capsys.readouterr().out
    assert "Quantity: web/tab > services/payments > services/writing" in printed
    assert "\n  services/payments/item_lines.py place payment_id  (up)\n" in printed
