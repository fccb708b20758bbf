"""What a card's client is decoded to: addresses as typed, those for messages first."""

from __future__ import annotations

import pytest

from b24app.bitrix.methods import clients
from b24app.domain import BoundClients, EntityRef
from b24app.errors import UnexpectedAnswerError

NOBODY = BoundClients((), None)


def value(kind, use, text):
    return {"id": 1, "typeId": kind, "valueType": use, "value": text}


def client(**fields):
    item = {"id": 301, "name": "Ida", "lastName": "Holm", **fields}
    return clients.get_client(3, 301).decode({"item": item})


@pytest.mark.parametrize(
    ("item", "bound"),
    [
        ({"contactId": 4, "contactIds": [5, 4], "companyId": 9}, BoundClients((4, 5), 9)),
        (
            {"contactId": "4", "contactIds": ["4", "5"], "companyId": "0"},
            BoundClients((4, 5), None),
        ),
        ({"contactIds": {"1": 5, "3": 6}}, BoundClients((5, 6), None)),
        ({"contactId": 0, "contactIds": [], "companyId": None}, NOBODY),
        ({"contactId": None, "contactIds": None}, NOBODY),
        ({"contactId": -4, "contactIds": "5", "companyId": "x"}, NOBODY),
        ({"contactIds": [True, [], {}, "7x", 8]}, BoundClients((8,), None)),
        ({}, NOBODY),
    ],
)
def test_whom_a_card_names(item, bound):
    assert clients.bound_clients(item) == bound


def test_addresses_are_as_typed_and_mobiles_first():
    found = client(
        fm=[
            value("PHONE", "FAX", "+49 30 1"),
            value("PHONE", "WORK", "(030) 2"),
            value("PHONE", "HOME", "+49 30 3"),
            value("PHONE", "PAGER", "4"),
            value("PHONE", "MOBILE", " 0170 5 "),
            value("EMAIL", "HOME", "ida@holm.example"),
            value("EMAIL", "WORK", "ida@holm.example"),
            value("WEB", "WORK", "https://holm.example"),
            value("EMAIL", "OTHER", ""),
            "nonsense",
            value("EMAIL", "WORK", "x" * 300 + "@holm.example"),
        ]
    )

    assert (found.ref, found.name) == (EntityRef(3, 301), "Ida Holm")
    assert found.phones == ("0170 5", "+49 30 3", "(030) 2")
    assert found.emails == ("ida@holm.example",)


def test_a_list_with_holes_and_no_list_at_all():
    holes = client(fm={"1": value("EMAIL", "WORK", "a@b.example")})
    bare = client(email="c@d.example", phone="")

    assert holes.emails == ("a@b.example",)
    assert (bare.emails, bare.phones) == (("c@d.example",), ())
    assert client(fm=[], email="old@b.example").emails == ()


def test_a_company_has_a_title():
    item = {"id": 401, "title": "Northwind", "fm": []}

    assert clients.get_client(4, 401).decode({"item": item}).name == "Northwind"


def test_nobody_is_shown_by_printing_one():
    found = client(fm=[value("EMAIL", "WORK", "ida@holm.example")])

    assert "Ida" not in repr(found)
    assert "ida@" not in repr(found)


def test_contacts_are_listed_with_all_their_fields():
    command = clients.list_contacts([4, 5])

    assert command.params == {"entityTypeId": 3, "filter": {"@id": [4, 5]}, "select": ["*"]}
    rows = [{"id": 4, "fm": []}, {"fm": []}, "nonsense"]
    assert [one.ref.entity_id for one in command.decode({"items": rows})] == [4]
    assert command.decode({"items": None}) == ()


@pytest.mark.parametrize("answer", [{"item": None}, {"item": []}, {"item": {"name": "x"}}, {}])
def test_what_is_no_client_is_an_error(answer):
    with pytest.raises(UnexpectedAnswerError):
        clients.get_client(3, 301).decode(answer)
