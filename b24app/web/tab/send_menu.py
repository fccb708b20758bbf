"""Serve the menu that hands a payment's link to a person's own programs; note that it was taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from b24app.domain import Client
from b24app.errors import InputCode, InputError
from b24app.services.actions import Action
from b24app.services.payments import history, link_taken, send_menu
from b24app.services.payments.link_taken import Channel
from b24app.services.payments.send_menu import SendMenu
from b24app.web.plumbing import i18n
from b24app.web.plumbing.entry import proven, require_session
from b24app.web.tab import message_links, outcomes
from b24app.web.tab.payment_details import said, taken_in_words
from b24app.web.tab.writing import asked
from b24app.web.words import message

blueprint = Blueprint("send_menu", __name__, url_prefix="/payments")
blueprint.before_request(require_session)


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a client, as typed, and in the form that each way takes."""

    name: str
    typed: str
    to: Mapping[Channel, str]


@blueprint.get("/<int:payment_id>/send")
def show(payment_id: int) -> ResponseReturnValue:
    """Show the link and the ways to send it, with the client's addresses where one may see them."""
    menu = send_menu.read(proven(), payment_id)
    return render_template("payments/_send.html", **_menu(menu))


@blueprint.post("/<int:payment_id>/taken")
def take(payment_id: int) -> ResponseReturnValue:
    """Note by which way the link was taken, and show the payment's history with it."""
    card = proven(Action.LINK)
    channel = request.values.get("channel", "")
    if channel not in set(Channel):
        raise InputError("channel is none of ours", code=InputCode.CHOICE_GONE, field="channel")
    outcome = link_taken.take(card, asked(), payment_id, Channel(channel))
    if outcome.is_alert:
        return outcomes.answer(card, outcome)
    records = history.of_payment(card, payment_id)
    i18n.use_time_zone(card.time_zone)
    return render_template(
        "payments/_link_taken.html",
        pid=payment_id,
        records=said(records),
        taken=taken_in_words(history.taken_of(records)),
    )


def _menu(menu: SendMenu) -> Mapping[str, Any]:
    address = menu.link.short_url or menu.link.url
    payment = menu.payment
    filled = message.compose(menu.template, payment.number, payment.sum, address)
    emails, phones = _emails(menu.clients.people), _phones(menu.clients.people)
    links = {
        Channel.EMAIL: message_links.email(filled.subject, filled.text, filled.short),
        Channel.SMS: message_links.sms(filled.text, filled.short),
        Channel.WHATSAPP: message_links.whatsapp(filled.text, filled.short),
        Channel.TELEGRAM: message_links.telegram(address, filled.text_without_link),
    }
    first = {
        **(emails[0].to if emails else {}),
        **(phones[0].to if phones else {}),
    }
    return {
        "menu": menu,
        "payment": payment,
        "address": address,
        "text": filled.text,
        "emails": emails,
        "phones": phones,
        "ways": [(way, link, link.to(first.get(way, ""))) for way, link in links.items()],
        "is_shortened": any(link.is_shortened for link in links.values()),
        "taken": taken_in_words(menu.taken),
    }


def _emails(people: Sequence[Client]) -> list[Address]:
    found = ((person.name, typed) for person in people for typed in person.emails)
    return [
        Address(name, typed, {Channel.EMAIL: recipient})
        for name, typed in found
        if (recipient := message_links.email_recipient(typed))
    ]


def _phones(people: Sequence[Client]) -> list[Address]:
    found = ((person.name, typed) for person in people for typed in person.phones)
    return [
        Address(
            name,
            typed,
            {
                Channel.SMS: recipient,
                Channel.WHATSAPP: message_links.whatsapp_recipient(recipient),
            },
        )
        for name, typed in found
        if (recipient := message_links.phone_recipient(typed))
    ]
