"""States over a card: dialogs, menus, what is selected, what is said after a deed."""

from __future__ import annotations

from b24app.simulator.gallery.state import (
    DEAL,
    GO,
    OPEN_DIALOG,
    OPEN_POP,
    State,
    Step,
    fault,
    payment,
    switch,
)

LONG_LIST = DEAL.format(8069)
NO_SYSTEMS = fault("sale.paysystem.list", "null")
UNPAID_OPENED = ("#open-1039",)
MENU = "#actions-1038"
BANK_LINES = (
    "#statement-lines",
    "20.11.2026;ACME, payment 3653/4;7.680,00\n"
    "21.11.2026;Northwind;2.258,00\n"
    "22.11.2026;Payment 3653/2;4.940,00\n"
    "23.11.2026;Account fee;-12,00",
)
FIND = f"{OPEN_DIALOG} .btn--primary"
TOO_MANY = ("#payment-1039 [data-item-id] input[type=number]", "99")


def _dialog(name: str, title: str, *steps: Step, says: str = "", then: str = "") -> State:
    sees = f"{OPEN_DIALOG}:not(:has(.skel))"
    return State(name, title, sees, says, steps=steps, then=then or title, closes=True)


def _popover(name: str, title: str, *steps: Step, says: str = "") -> State:
    sees = f"{OPEN_POP}:not(:has(.skel))"
    return State(name, title, sees, says, steps=steps, then=title, closes=True)


OVERLAYS = (
    _dialog("pay", "Mark as paid", "#pay-1039", says="will count as received"),
    _dialog("unpay", "Mark as unpaid", "#unpay-1036", says="not a refund"),
    _dialog("delete", "Delete payment", MENU, "#delete-1038", says="can’t be undone"),
    _dialog("new", "New payment", "#new-payment", says="Create payment"),
    _dialog(
        "advance",
        "New payment, an advance",
        "#new-payment",
        (f"{OPEN_DIALOG} [name=what][value=advance]", "on"),
        says="An advance",
        then="New payment, and there An advance",
    ),
    _dialog("rest", "Bill the rest", "#bill-rest", says="Change quantities"),
    _dialog("allocation", "Allocation", "#allocation", says="Wall light Nova"),
    _dialog(
        "system", "Change payment system", MENU, "#system-1038", says="Applies to this payment"
    ),
    _dialog("items", "Add items", MENU, "#add-items-1038", says="Emergency exit sign E1"),
    _dialog("delivery", "Add delivery", MENU, "#add-delivery-1038", says="deliver"),
    _dialog("reminder", "Remind me", MENU, "#remind-1038", says="Tomorrow"),
    _dialog(
        "statement",
        "Match a bank statement",
        "#list-more",
        "#match-statement",
        says="Find payments",
    ),
    _dialog(
        "statement-found",
        "Match a bank statement: what was found",
        "#list-more",
        "#match-statement",
        BANK_LINES,
        FIND,
        says="Please check",
        then="More, Match a bank statement; paste lines of a bank, Find payments",
    ),
    _dialog("keys", "Keyboard shortcuts", "#list-more", "#show-keys", says="Keyboard shortcuts"),
    _popover("menu", "More actions", MENU, says="Change payment system"),
    _popover("link", "The public link with its QR code", "#qr-1036", says="Open"),
    _popover("send", "Send the public link", "#to-1039", says="WhatsApp"),
    _popover("adds-up", "How this adds up", "#how-open", says="Products of the deal"),
    _popover(
        "reassign", "Reassign delivery", *UNPAID_OPENED, "#payment-1039 [id^=reassign-][id$=open]"
    ),
    _dialog("move", "Move delivery", *UNPAID_OPENED, "#payment-1039 [id^=move-]"),
    State(
        "long-form",
        "New payment of sixty products",
        f"{OPEN_DIALOG} #further-rows, {OPEN_DIALOG}",
        "Switch frame 01",
        card=LONG_LIST,
        steps=("#first-payment",),
        then="New payment",
        is_large=True,
    ),
    State(
        "zero",
        "An amount of nothing is asked about",
        "#dlg-zero[open]",
        "nothing to pay",
        before=(payment("add", entityId="8061"),),
        steps=("#pay-1050",),
        then="Mark the newest payment as paid.",
    ),
    State(
        "no-systems",
        "No payment systems",
        f"{OPEN_DIALOG} .note",
        "No payment systems were found",
        before=(NO_SYSTEMS,),
        steps=(MENU, "#system-1038"),
        then="Change payment system",
    ),
    State(
        "selected",
        "Several payments selected",
        "#selbar:not([hidden])",
        "3 selected",
        steps=("#tick-1036", "#tick-1038", "#tick-1039"),
        then="Select three payments.",
    ),
    State(
        "many-asked",
        "Several at once: what is asked",
        f"{OPEN_DIALOG} form#many",
        "already paid",
        steps=("#tick-1036", "#tick-1038", "#tick-1039", "#many-pay"),
        then="Select three payments and press Mark as paid.",
    ),
    State(
        "many-done",
        "Several at once: a result for each",
        f"{OPEN_DIALOG} .badge",
        "Refused",
        meanwhile=(fault("crm.item.payment.pay", "denied", 1),),
        steps=("#tick-1036", "#tick-1038", "#tick-1039", "#many-pay", GO),
        then="Select three payments, press Mark as paid, twice.",
    ),
    State(
        "said",
        "Success with Undo above a failure",
        ".toasts [role=alert]",
        "did not answer",
        steps=(*UNPAID_OPENED, "#payment-1039 .btn--remove", "meanwhile", "#refresh"),
        meanwhile=(fault("*", "html"),),
        then="Remove an item; then let the portal break, and press Refresh.",
    ),
    State(
        "wrong-quantity",
        "A quantity that cannot be",
        "[aria-invalid=true]",
        "99",
        steps=(*UNPAID_OPENED, TOO_MANY),
        then="Open the last payment and write 99 as a quantity.",
    ),
    State(
        "no-shop",
        "No link: the portal has no shop site",
        f"{OPEN_POP} [role=alert], [role=alert]",
        "shop",
        before=(switch("shop", "no_site"),),
        steps=("#copy-1039",),
        then="Copy public link",
    ),
    State(
        "no-phone",
        "No link: the telephone is not confirmed",
        f"{OPEN_POP} [role=alert], [role=alert]",
        "phone",
        before=(switch("shop", "phone_not_confirmed"),),
        steps=("#copy-1039",),
        then="Copy public link",
    ),
)
