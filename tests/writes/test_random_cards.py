"""Cards of all sorts on portals of all sorts, at random: what a card has is billed once at most.

Rows share a product, have none, are changed and made anew after they were billed; the portal finds
baskets by product and names no rows, or refuses a batch. Who billed what is known here alone: from
the requests that the portal was sent.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b24app.simulator.portal_state import sale
from b24app.simulator.portal_state.records import DEAL, Card
from tests.support import odd_cards
from tests.support.acts import RAN, UNCHANGED_WORDS, books, stage_said
from tests.support.at_random import at_random

CARD = 8300
KEY = (DEAL, CARD)
ADD = "crm.item.payment.product.add"
PRICES = ("10", "20", "7.50", "100", "0", "0.01", "33.33", "1500.555", "-5", "0.0004")
QUANTITIES = ("1", "1", "2", "3", "5", "10", "2.5", "100000", "0.0001")
FAULTS = ("lost", "error_500", "null", "html", "invalid_json")
FAULTY = (ADD, "crm.item.payment.add", "crm.item.payment.product.list", "batch")
ACTS = ("create", "create", "rest", "rest", "quantity", "remove", "add", "delete", "pay")
ELSEWHERE = ("change", "renew", "drop", "new", "order")
ROUNDING = Decimal("0.10")
SHOWN = re.compile(r'name="shown" value="([^"]+)"')


class Story:
    """A card, a tab of it, and who billed what."""

    def __init__(self, stage, chance):
        self.stage, self.chance, self.crm = stage, chance, stage.portal.crm
        switches = stage.portal.switches
        switches.links_rows = chance.random() < 0.4
        switches.finds_by_product = chance.random() < 0.6
        switches.batch_refused = ["crm."] if chance.random() < 0.15 else []
        switches.generation = chance.choice(("new", "new", "new", "old", "oldest"))
        currency = chance.choice(("EUR", "EUR", "JPY", "KWD", "XTS"))
        amount = Decimal(0)
        self.deal = Card(DEAL, CARD, "Odd", odd_cards.CREATED, amount, currency, "EXECUTING")
        self.crm.add_card(self.deal)
        for _ in range(chance.randint(1, 6)):
            self.new_row(chance.choice(PRICES), chance.choice(QUANTITIES))
        self.rows_of_lines, self.renewed = {}, {}
        self.tab = stage.tab(entity_id=CARD)

    def new_row(self, price, quantity):
        row = odd_cards.add_row(self.crm, self.deal, "Alpha", price, quantity)
        row.product_id = self.chance.choice((0, 77, row.product_id, row.product_id))
        if self.chance.random() < 0.2:
            row.tax_rate, row.is_tax_included = Decimal(20), False
        return row

    def billed(self):
        """What is billed of each row, whatever the portal calls it."""
        found = Counter()
        for line in self.crm.items.values():
            row_id = self.rows_of_lines.get(line.id)
            while row_id in self.renewed:
                row_id = self.renewed[row_id]
            found[row_id] += line.quantity
        return found

    def note_lines(self):
        for command in self.stage.portal.recorder.commands():
            if command.method == ADD and command.outcome in RAN and command.made:
                self.rows_of_lines[int(command.made)] = int(command.params["rowId"])

    def elsewhere(self):
        """Somebody does something in Bitrix24."""
        deed, rows = self.chance.choice(ELSEWHERE), self.crm.rows_of(*KEY)
        row = self.chance.choice(rows) if rows else None
        if deed == "new" or row is None:
            self.new_row("11", "2")
        elif deed == "change":
            row.quantity = Decimal(self.chance.choice((1, 2, 3, 7, 12)))
        elif deed == "drop":
            del self.crm.product_rows[row.id]
        elif deed == "renew":
            del self.crm.product_rows[row.id]
            anew = odd_cards.add_row(self.crm, self.deal, "Alpha", row.price, row.quantity)
            anew.product_id, anew.tax_rate = row.product_id, row.tax_rate
            anew.is_tax_included = row.is_tax_included
            self.renewed[row.id] = anew.id
        elif deed == "order" and self.crm.orders_of(*KEY):
            sale.open_order(self.crm, KEY, self.deal.currency)

    def act(self):
        """Send one act about what the card has; None where there is nothing."""
        name, chance = self.chance.choice(ACTS), self.chance
        rows, payments = self.crm.rows_of(*KEY), self.crm.payments_of(*KEY)
        if name == "rest":
            shown = SHOWN.search(self.tab.get("/payments/rest").text)
            return name, self.tab.post("/payments/rest", {"shown": shown[1]} if shown else {})
        chosen = chance.sample(rows, min(len(rows), chance.randint(1, 3)))
        fields = {f"quantity-{row.id}": max(1, int(row.quantity)) for row in chosen}
        if name == "create":
            return name, self.tab.post("/payments", {"row": [one.id for one in chosen], **fields})
        if not payments or not rows:
            return name, None
        payment = chance.choice(payments)
        base, lines = f"/payments/{payment.id}", self.crm.items_of(payment.id, sale.PRODUCT)
        if name == "add":
            return name, self.tab.post(
                f"{base}/items", {"row": rows[0].id, f"quantity-{rows[0].id}": 1}
            )
        if name == "pay":
            return name, self.tab.post(f"{base}/pay", {"shown": payment.sum})
        if name == "delete":
            return name, self.tab.delete(base)
        line = chance.choice(lines) if lines else None
        if line is None:
            return name, None
        path = f"{base}/items/{line.id}"
        is_set = name == "quantity"
        return name, self.tab.post(path, {"quantity": 2}) if is_set else self.tab.delete(path)


def contents(told):
    """The books without the numbers of lines: what is put back has a new one."""
    return told[0], Counter(told[1].values())


@at_random
@given(st.integers(0, 2**32))
def test_no_more_of_a_row_is_billed_than_the_card_has(module_stage, seed):
    stage = module_stage
    chance = random.Random(seed)  # noqa: S311 - a repeatable story, no secret
    stage.put_back()
    story = Story(stage, chance)
    for _ in range(14):
        if chance.random() < 0.4:
            story.elsewhere()
            continue
        stage.forget_calls()
        before, held = books(stage), story.billed()
        if chance.random() < 0.15:
            stage.portal.faults.add(chance.choice(FAULTY), chance.choice(FAULTS))
        name, answer = story.act()
        stage.portal.faults.clear()
        story.note_lines()
        if answer is None:
            continue
        said = stage_said(answer)
        assert said
        assert answer.status_code != 500
        if UNCHANGED_WORDS.search(said):
            assert contents(books(stage)) == contents(before), said
        rows, now = story.crm.product_rows, story.billed()
        for row_id in rows.keys() & now.keys() if name in {"create", "rest"} else ():
            too_much = now[row_id] - max(held[row_id], rows[row_id].quantity)
            # A cent may be rounding: what sums do not show is no doubt.
            assert max(too_much, 0) * rows[row_id].price < ROUNDING, said
        made = set(story.crm.payments) - set(before[0])
        assert len(made) <= 1
        assert story.tab.show(refresh="1").status_code == 200
