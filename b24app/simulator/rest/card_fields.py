"""The fields of a CRM card as crm.item.get and crm.item.list show them."""

from __future__ import annotations

from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.records import COMPANY, CONTACT, DEAL, INVOICE, LEAD, Card

from .generations import yes_no

# Fields that a portal always lists and this one never fills.
_UTM = ("utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm")
_EMPTY_IN_DEAL = (
    "dateCreateShort", "dateModifyShort", "quoteId", "productId", "begindateShort",
    "closedateShort", "eventDate", "eventDateShort", "eventId", "eventDescription", "locationId",
    "webformId", "sourceDescription", "originatorId", "originId", "additionalInfo",
    "searchContent", "orderStage", "isWork", "isWon", "isLose", "receivedAmount", "lostAmount",
    "hasProducts", "comments",
)  # fmt: skip
_EMPTY_IN_LEAD = (
    "dateCreateShort", "dateModifyShort", "isConvert", "statusDescription", "productId",
    "sourceDescription", "secondName", "shortName", "companyTitle", "post", "address", "comments",
    "webformId", "originatorId", "originId", "dateClosed", "birthdate", "honorific", "login",
    "searchContent", "skype", "icq",
)  # fmt: skip
# A field for the first address of a type and kind; None stands for any kind.
_FIRST_ADDRESSES = {
    "phoneMobile": ("PHONE", "MOBILE"),
    "phoneWork": ("PHONE", "WORK"),
    "phoneMailing": ("PHONE", "MAILING"),
    "emailHome": ("EMAIL", "HOME"),
    "emailWork": ("EMAIL", "WORK"),
    "emailMailing": ("EMAIL", "MAILING"),
    "imol": ("IM", None),
    "email": ("EMAIL", None),
    "phone": ("PHONE", None),
}


def card_fields(card: Card, links: set[tuple[int, int]]) -> dict[str, object]:
    """Return every field of a card; money stays Decimal."""
    extra = {
        DEAL: _deal, LEAD: _lead, CONTACT: _contact, COMPANY: _company, INVOICE: _invoice,
    }.get(card.entity_type_id, _smart_process)  # fmt: skip
    parents = sorted(parent for parent, child in links if child == card.entity_type_id)
    return {
        **_shared(card),
        **extra(card),
        **{f"parentId{parent}": card.parent_ids.get(parent) for parent in parents},
        **dict.fromkeys(_UTM),
        "entityTypeId": card.entity_type_id,
    }


def _shared(card: Card) -> dict[str, object]:
    when = iso(card.created_at)
    return {
        "id": card.id,
        "createdTime": when,
        "updatedTime": when,
        "createdBy": 1,
        "updatedBy": 1,
        "assignedById": card.assigned_by_id,
        "opened": "Y",
        "companyId": card.company_id,
        "contactId": card.contact_id,
        "contactIds": list(card.contact_ids),
        "observers": [],
        "movedBy": 1,
        "movedTime": when,
        "lastActivityBy": 1,
        "lastActivityTime": when,
        "sourceId": "WEB",
    }


def _money(card: Card) -> dict[str, object]:
    return {
        "opportunity": card.opportunity,
        "currencyId": card.currency,
        "isManualOpportunity": yes_no(card.is_manual_opportunity),
    }


def _stage(card: Card) -> dict[str, object]:
    return {
        "title": card.title,
        "categoryId": card.category_id,
        "stageId": card.stage_id,
        "stageSemanticId": "P",
    }


def _deal(card: Card) -> dict[str, object]:
    when = iso(card.created_at)
    return {
        **dict.fromkeys(_EMPTY_IN_DEAL),
        **_stage(card),
        **_money(card),
        "leadId": card.lead_id,
        "isNew": "N",
        "isRecurring": "N",
        "isReturnCustomer": "N",
        "isRepeatedApproach": "N",
        "closed": "N",
        "typeId": "SALE",
        "taxValue": 0,
        "probability": 50,
        "begindate": when,
        "closedate": when,
    }


def _lead(card: Card) -> dict[str, object]:
    return {
        **dict.fromkeys(_EMPTY_IN_LEAD),
        **_addresses(card),
        **_money(card),
        "title": card.title,
        "stageId": card.stage_id,
        "stageSemanticId": "P",
        "name": card.name,
        "lastName": card.last_name,
        "isReturnCustomer": "N",
    }


def _contact(card: Card) -> dict[str, object]:
    return {
        "name": card.name,
        "lastName": card.last_name,
        "secondName": "",
        "typeId": "CLIENT",
        "companyIds": [card.company_id] if card.company_id else [],
        **_addresses(card),
    }


def _company(card: Card) -> dict[str, object]:
    return {
        "title": card.title, "typeId": "CUSTOMER", "industry": "OTHER", **_addresses(card),
    }  # fmt: skip


def _addresses(card: Card) -> dict[str, object]:
    """Return phones and e-mails: `fm` has all, the other fields the first of their kind."""
    first = {
        field: next((address.value for address in card.addresses
                     if address.type_id == type_id and kind in {None, address.value_type}), "")
        for field, (type_id, kind) in _FIRST_ADDRESSES.items()
    }  # fmt: skip
    return {
        "hasPhone": yes_no(bool(first["phone"])),
        "hasEmail": yes_no(bool(first["email"])),
        "hasImol": "N",
        **first,
        "fm": [
            {
                "id": address.id,
                "typeId": address.type_id,
                "valueType": address.value_type,
                "value": address.value,
            }
            for address in card.addresses
        ],
    }


def _invoice(card: Card) -> dict[str, object]:
    return {
        **_stage(card),
        **_money(card),
        "accountNumber": card.account_number,
        "taxValue": 0,
        "mycompanyId": 0,
        "comments": "",
    }


def _smart_process(card: Card) -> dict[str, object]:
    return {**_stage(card), **_money(card), "taxValue": 0, "mycompanyId": 0}
