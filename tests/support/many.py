"""Acts on many payments as the page sends them: the same request until all are dealt with."""

from __future__ import annotations

import html
import re
import uuid

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from tests.support.acts import books, require_once, runs

STATE = re.compile(r'data-payment-id="(\d+)"[^>]*?data-state="([^"]*)"', re.DOTALL)
RESULT = re.compile(
    r'<li class="result">\s*<b>Payment ([^<]*)</b>\s*<span class="badge[^>]*>([^<]*)</span>',
    re.DOTALL,
)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
WELL = {"Done", "Nothing to do"}
LEFT_ALONE = {"Refused", "Failed"}
ACTIONS = ("pay", "unpay", "delete")
IS_PAID = {"pay": True, "unpay": False}


def fill(stage, payments):
    """Give deal 8061 so many payments; every third of the further ones is paid, or so."""
    stage.portal.crm = CrmData()
    seed.fill(stage.portal.crm, payments=payments)


def states(tab):
    """What the rows of the page say: id to state."""
    return {int(one): html.unescape(state) for one, state in STATE.findall(tab.answer.text)}


def fields(answer):
    """The hidden fields of an answer's form, as its next request sends them."""
    form = answer.text.split("</form>")[0]
    found = {}
    for name, value in HIDDEN.findall(form):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


class Asked:
    """One act of one tab: which payments, and what came of it."""

    def __init__(self, tab, action, ids, shown=None, key=None, **more):
        self.tab = tab
        self.action = action
        self.ids = list(ids)
        self.key = key or uuid.uuid4().hex
        payments = tab.stage.portal.crm.payments
        self.numbers = {one: payments[one].account_number for one in self.ids}
        self.data = {"chosen": self.as_sent(shown or states(tab)), **more}
        self.answer = None

    def as_sent(self, shown):
        return [f"{one} {shown[one]} {self.numbers[one]}" for one in self.ids]

    def send(self):
        """Send the next part."""
        self.answer = self.tab.post(f"/payments/many/{self.action}", self.data, self.key)
        return self.answer

    def send_all(self):
        """Send until all are dealt with, as the page does: each time the form that came last."""
        for _ in range(60):
            if not self.goes_on(self.send()):
                return self.answer
            self.data = fields(self.answer)
        raise AssertionError("it never ends")

    @staticmethod
    def goes_on(answer):
        return answer.status_code == 200 and "data-goes-on" in answer.text

    @property
    def told(self):
        """What was said of each payment: number to the word of its badge."""
        found = RESULT.findall(self.answer.text)
        assert len(found) == len(dict(found))
        return {html.unescape(number): word for number, word in found}


def require_each_told(stage, asked, before, besides=None):
    """Each payment was told what the books say of it, and nothing was written twice.

    `besides`: a payment that somebody else changed meanwhile.
    """
    require_once(stage)
    told, crm = asked.told, stage.portal.crm
    assert len(told) == len(asked.ids), asked.answer.text
    numbers = {number: one for one, number in asked.numbers.items()}
    for number, word in told.items():
        payment_id = numbers[number]
        if payment_id == besides:
            continue
        now = crm.payments.get(payment_id)
        if word in WELL and asked.action == "delete":
            assert now is None, number
        elif word in WELL:
            assert now.is_paid is IS_PAID[asked.action], number
        elif word in LEFT_ALONE:
            assert books(stage)[0].get(payment_id) == before[0].get(payment_id), number


def writes_run(stage):
    return sum(runs(stage).values())


def asked_for(action, shown, most=50):
    """The payments of the page that the action concerns, the newest first."""
    mark = "Y" if action == "unpay" else "N"
    return [one for one, state in shown.items() if state.startswith(mark)][:most]


def prepare(stage, action, payments=54):
    """A card with fifty payments that the action concerns, and a tab that shows it."""
    fill(stage, payments)
    for one in stage.portal.crm.payments_of(2, 8061)[:50]:
        one.is_paid = action == "unpay"
    tab = stage.tab()
    ids = asked_for(action, states(tab))
    stage.forget_calls()
    return tab, ids


def calls(stage):
    """The requests to the portal but for those that tell the timeline."""
    return [
        one
        for one in stage.http_calls
        if not all(command.method.startswith("crm.timeline.") for command in one.commands)
    ]
