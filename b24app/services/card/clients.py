"""Read the e-mails and phones of a card's client, for the moment in which they are shown.

Personal data: nothing here is stored or logged. Rights on a contact are apart from rights on the
deal, so the portal's refusal is common and no error: then nobody is named (quirk 93).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from b24app.bitrix.methods import clients as api
from b24app.bitrix.methods.crm import RawItem, get_raw_item
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import COMPANY, CONTACT, BoundClients, Client, EntityRef
from b24app.errors import AppError, NotFoundError, ParameterRefusedError, RightsRefusedError
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import READ_SECONDS

MOST_CONTACTS = 50


@dataclass(frozen=True, slots=True)
class Clients:
    """A card's contacts, the main one first, then its company: those this person may read.

    `is_hidden`: the portal closes somebody to this person. `is_unread`: it did not answer.
    """

    people: tuple[Client, ...] = ()
    is_hidden: bool = False
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class ClientsRequest:
    """The handles of a card, its main contact and its company."""

    item: Handle[RawItem]
    contact: Handle[Client]
    company: Handle[Client]


@dataclass(slots=True)
class _Read:
    """What is known so far, by id, and who is left to be asked for."""

    found: dict[EntityRef, Client] = field(default_factory=dict)
    left: list[EntityRef] = field(default_factory=list)
    is_hidden: bool = False
    is_unread: bool = False

    def take(self, ref: EntityRef, result: BatchResult, handle: Handle[Client]) -> None:
        """Take a contact or company if it is the one that the card names."""
        try:
            client = result[handle]
        except RightsRefusedError:
            self.is_hidden = True
        except (NotFoundError, ParameterRefusedError):
            # The reference did not reach it: asked for by its id, if the card names one.
            self.left.append(ref)
        except AppError:
            self.is_unread = True
        else:
            if client.ref == ref:
                self.found[ref] = client
            else:
                self.left.append(ref)


def ask(batch: Batch, ref: EntityRef) -> ClientsRequest:
    """Ask for the card, and for the main contact and the company that it names."""
    item = batch.add(get_raw_item(ref))
    contact = item.reference("item", "contactId")
    company = item.reference("item", "companyId")
    return ClientsRequest(
        item,
        batch.add(api.get_client(CONTACT, contact)),
        batch.add(api.get_client(COMPANY, company)),
    )


def take(card: CardSession, result: BatchResult, asked: ClientsRequest) -> Clients:
    """Return the clients. One more call where several contacts are named, or references fail.

    Whoever the card does not name is dropped: where a reference finds nothing, the portal puts the
    nearest value that exists in its place (rest-contract d.3).
    """
    try:
        bound = api.bound_clients(result[asked.item])
    except AppError:
        return Clients(is_unread=True)
    read = _Read()
    contacts = [EntityRef(CONTACT, contact_id) for contact_id in bound.contact_ids[:MOST_CONTACTS]]
    if contacts:
        read.take(contacts[0], result, asked.contact)
    if bound.company_id is not None:
        read.take(EntityRef(COMPANY, bound.company_id), result, asked.company)
    read.left += contacts[1:]
    if read.left:
        _read_left(card, read)
    people = (read.found.get(ref) for ref in _order(bound))
    return Clients(tuple(person for person in people if person), read.is_hidden, read.is_unread)


def _read_left(card: CardSession, read: _Read) -> None:
    batch = Batch()
    contacts = [ref.entity_id for ref in read.left if ref.entity_type_id == CONTACT]
    companies = [ref for ref in read.left if ref.entity_type_id == COMPANY]
    listed = batch.add(api.list_contacts(contacts)) if contacts else None
    got = {company: batch.add(api.get_client(COMPANY, company.entity_id)) for company in companies}
    wanted, read.left = set(read.left), []
    try:
        result = card.api.send(batch, READ_SECONDS)
        found = result[listed] if listed is not None else ()
    except AppError:
        read.is_unread = True
        return
    mine = {client.ref: client for client in found if client.ref in wanted}
    read.found.update(mine)
    # Those one may not see are missing without an error.
    read.is_hidden |= len(mine) < len(contacts)
    for ref, handle in got.items():
        read.take(ref, result, handle)


def _order(bound: BoundClients) -> list[EntityRef]:
    company = [EntityRef(COMPANY, bound.company_id)] if bound.company_id else []
    return [*(EntityRef(CONTACT, contact_id) for contact_id in bound.contact_ids), *company]
