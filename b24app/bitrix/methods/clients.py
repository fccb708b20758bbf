"""E-mails and phones of a card's client: contacts and companies as CRM items.

https://apidocs.bitrix24.com, section crm/universal; rest-contract e.29.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from b24app.bitrix.command import Command, Reference
from b24app.bitrix.methods.crm import GET_ITEM, LIST_ITEMS, RawItem
from b24app.bitrix.wire.decoding import Record, entries, is_object, record, unexpected
from b24app.domain import CONTACT, BoundClients, Client, EntityRef

EMAIL, PHONE = "EMAIL", "PHONE"
MOBILE = "MOBILE"
TAKES_NO_MESSAGES = frozenset({"FAX", "PAGER"})
MAX_VALUES = 50
MAX_VALUE = 254
"""The longest e-mail address there can be (RFC 5321)."""


def bound_clients(item: RawItem) -> BoundClients:
    """Read whom a deal or an invoice names as its client; 0 and null mean nobody."""
    fields = Record(GET_ITEM.name, item)
    listed = fields.get("contactIds")
    ids = entries(GET_ITEM.name, listed) if isinstance(listed, list | Mapping) else []
    others = (Record(GET_ITEM.name, {"id": contact_id}).id_or_none() for contact_id in ids)
    found = dict.fromkeys(
        contact_id for contact_id in (fields.id_or_none("contactId"), *others) if contact_id
    )
    return BoundClients(tuple(found), fields.id_or_none("companyId"))


def get_client(entity_type_id: int, entity_id: int | Reference) -> Command[Client]:
    """Read a contact or company. It takes the read right on it, which is apart (quirk 93)."""

    def decode(value: object) -> Client:
        item = record(GET_ITEM.name, value).get("item")
        if not isinstance(item, Mapping):
            raise unexpected(GET_ITEM.name, "no item")
        return _client(entity_type_id, Record(GET_ITEM.name, item))

    return GET_ITEM.command({"entityTypeId": entity_type_id, "id": entity_id}, decode)


def list_contacts(ids: Sequence[int]) -> Command[tuple[Client, ...]]:
    """Read up to 50 contacts; those one may not see are missing without an error (quirk 92)."""
    params = {
        "entityTypeId": CONTACT,
        "filter": {"@id": list(ids)},
        # Nothing less brings the addresses.
        "select": ["*"],
    }

    def decode(value: object) -> tuple[Client, ...]:
        items = entries(LIST_ITEMS.name, record(LIST_ITEMS.name, value).get("items") or [])
        rows = (Record(LIST_ITEMS.name, item) for item in items if is_object(item))
        return tuple(_client(CONTACT, row) for row in rows if row.id_or_none())

    return LIST_ITEMS.command(params, decode)


def _client(entity_type_id: int, item: Record) -> Client:
    name = " ".join(filter(None, (item.text("name").strip(), item.text("lastName").strip())))
    values = [value for value in _values(item) if value[2]]
    phones = [(kind, text) for which, kind, text in values if which == PHONE]
    phones = [phone for phone in phones if phone[0] not in TAKES_NO_MESSAGES]
    # A mobile first, then what names its country: both are what programs for messages ask for.
    phones.sort(key=lambda phone: (phone[0] != MOBILE, not phone[1].startswith("+")))
    return Client(
        ref=EntityRef(entity_type_id, item.id()),
        name=name or item.text("title").strip(),
        emails=tuple(dict.fromkeys(text for which, _kind, text in values if which == EMAIL)),
        phones=tuple(dict.fromkeys(text for _kind, text in phones)),
    )


def _values(item: Record) -> Iterator[tuple[str, str, str]]:
    """Return kind, use and text of every value; where there is no list, the first of each kind."""
    listed = item.get("fm")
    if not isinstance(listed, list | Mapping):
        for kind in (EMAIL, PHONE):
            yield kind, "", item.exact(kind, MAX_VALUE).strip()
        return
    for value in entries(GET_ITEM.name, listed)[:MAX_VALUES]:
        if is_object(value):
            row = Record(GET_ITEM.name, value)
            yield row.text("typeId"), row.text("valueType"), row.exact("value", MAX_VALUE).strip()
