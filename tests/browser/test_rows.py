"""A payment is one row that opens to what it is made of, its details and its history."""

from __future__ import annotations

from playwright.sync_api import expect

GET = "crm.item.payment.get"
ROWS = "() => [...document.querySelectorAll('.pay__row')].map((row) => row.offsetHeight)"
CUT = """(selector) => [...document.querySelectorAll(selector)]
  .filter((one) => one.scrollWidth > one.clientWidth).length"""
RIGHT_EDGES = """(payment) =>
  [...payment.querySelectorAll(".grid .num:is(.end, .grid--sum *) data")]
  .filter((one) => one.getClientRects().length)
  .map((one) => Math.round(one.getBoundingClientRect().right))"""


def details(person, payment):
    return person.payment(payment).locator(".pay__side")


def test_nothing_opens_by_itself_and_everything_fits_at_every_width(stage, person):
    person.open_tab(opens=False)
    for width in (1280, 768):
        person.resize(width)
        assert set(person.frame.evaluate(ROWS)) <= {56, 57}, width
        expect(person.frame.locator("[data-item-id]:visible")).to_have_count(0)
    assert [one for one in stage.portal.recorder.commands() if one.method == GET] == []
    for width in (1280, 768, 375):
        person.resize(width)
        assert person.frame.evaluate(CUT, ".pay__open > bdi") == 0, width
    expect_longer_numbers_are_whole(person)
    person.resize(320, 800)
    expect(person.frame.locator(".pay__system")).to_have_count(len(stage.payments))
    assert person.frame.evaluate(CUT, ".pay__system") == 0
    # Where there is no room for two on a line, none of the three stands apart from the others.
    edges = "(all) => all.map((one) => Math.round(one.getBoundingClientRect().right))"
    assert len(set(person.frame.locator(".figures dd").evaluate_all(edges))) == 1


def expect_longer_numbers_are_whole(person):
    """The portal has had many orders: what tells payments of one deal apart is the last digit."""
    person.resize(650)
    numbers = person.frame.locator(".pay__open > bdi")
    before = numbers.evaluate_all("(all) => all.map((one) => one.innerHTML)")
    put = "(all, texts) => all.forEach((one, at) => { one.innerHTML = texts[at]; })"
    numbers.evaluate_all(put, [text.replace("3653", "1213653") for text in before])
    assert person.frame.evaluate(CUT, ".pay__open > bdi") == 0
    lines = "(all) => all.map((one) => one.scrollHeight / one.clientHeight)"
    assert set(numbers.evaluate_all(lines)) == {1}
    numbers.evaluate_all(put, before)


def test_every_sum_of_an_opened_payment_ends_on_one_edge(stage, person):
    person.open_tab()
    unpaid = stage.payments[3]
    opened = (stage.payments[1], unpaid)
    person.press(person.opener(opened[0]))
    person.wait_until_opened()

    for width in (1280, 768, 375):
        person.resize(width)
        for payment in opened:
            expect(person.payment(payment).locator(".grid--sum")).to_be_visible()
            edges = person.payment(payment).evaluate(RIGHT_EDGES)
            lines = len(stage.items(payment)) + len(stage.deliveries(payment))
            assert len(edges) == lines + 3, width
            assert max(edges) - min(edges) <= 1, (width, edges)
    # Also of an item, on a telephone.
    item = stage.items(unpaid)[0]
    expect_on_one_line(person, person.frame.locator(f'[data-item-id="{item.id}"]'))


def expect_on_one_line(person, row):
    field = person.button("Increase quantity", row).bounding_box()
    total = row.locator(".end").bounding_box()
    assert field["y"] <= total["y"] + total["height"] / 2 <= field["y"] + field["height"]


def test_the_button_of_a_row_opens_its_details_and_closes_it(stage, either):
    payment = stage.payments[1]
    opener = either.opener(payment)
    expect(opener).to_have_attribute("aria-expanded", "false")

    either.press(opener)

    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(opener).to_be_focused()
    expect(details(either, payment)).to_contain_text("Bank transfer (ID")
    expect(details(either, payment).get_by_role("heading", name="Details")).to_be_visible()
    expect(details(either, payment)).to_contain_text("Nothing has been done")
    # It is paid: nothing can be added.
    expect(either.payment(payment).locator(".grid--sum")).to_be_visible()
    expect(either.button("Add items", either.payment(payment))).to_have_count(0)
    either.press(opener)
    expect(details(either, payment)).to_be_hidden()


def test_an_opened_payment_takes_one_press_to_add_to_it(stage, either):
    payment = stage.payments[3]
    for verb, title in (
        ("Add items", "Add items to payment"),
        ("Add delivery", "Add delivery to payment"),
    ):
        either.press(either.button(verb, either.payment(payment).locator(".pay__main")))

        heading = either.dialog.get_by_role("heading")
        expect(heading).to_have_text(f"{title} {payment.account_number}")
        either.hand.leave(either.dialog)
        expect(either.dialog).to_have_count(0)


def test_a_click_on_the_row_opens_it_but_none_on_its_controls(stage, person):
    person.open_tab(opens=False)
    payment = stage.payments[1]

    person.press(person.payment(payment).locator(".pay__amount"))
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "true")
    person.press(person.status(payment))
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "false")
    person.open_menu(payment)
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "false")
    person.press(person.button("Details and history", person.payment(payment)))
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "true")
    expect(person.opener(payment)).to_be_focused()


def test_an_opened_payment_is_copied_from_and_stays_open_when_the_list_is_read(stage, person):
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.open_tab()
    payment = stage.payments[3]
    button = person.button("Copy", details(person, payment)).first

    person.press(button)

    expect(details(person, payment).get_by_role("status")).to_have_text("Copied")
    assert person.page.evaluate("() => navigator.clipboard.readText()") == payment.account_number
    expect(button).to_be_focused()
    expect(person.said).to_have_count(0)

    before = person.payment(payment).element_handle()
    person.press(person.button("Refresh"))
    person.frame.wait_for_function("row => !row.isConnected", arg=before)
    person.wait_until_loaded()
    person.wait_until_opened()

    expect(person.opener(payment)).to_have_attribute("aria-expanded", "true")
    expect(details(person, payment)).to_contain_text("Status")
    expect_history_without_asking_the_portal(stage, person, payment)


def expect_history_without_asking_the_portal(stage, person, payment):
    """After a write it is new, and so are the details."""
    stage.portal.recorder.clear()

    person.press(person.button("Mark as paid", person.payment(payment)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.status(payment)).to_have_text("Paid")
    expect(details(person, payment)).to_contain_text("Marked as paid")
    expect(details(person, payment)).to_contain_text("Date paid")
    assert [one for one in stage.portal.recorder.commands() if one.method == GET] == []


DETAILS = "**/payments/*/details"


def test_details_that_did_not_come_say_so_where_they_should_be(stage, either):
    either.page.may_fail_to_load = True
    paid = stage.payments[1]
    side = details(either, paid)
    either.page.route(DETAILS, lambda route: route.abort())
    either.press(either.opener(paid))
    expect(side).to_contain_text("This could not be read just now.")
    expect(side.locator(".skel")).to_have_count(0)

    again = either.button("Try again", side)
    either.press(again)
    expect(again).not_to_have_class("is-busy")
    expect(side.get_by_text("could not be read")).to_have_count(1)
    either.page.unroute(DETAILS)
    either.press(again)

    expect(side).to_contain_text("Marta Lindqvist")
    expect(side.get_by_role("heading", name="History")).to_be_visible()
    expect(side).not_to_contain_text("could not be read")


def test_details_that_did_not_come_are_asked_for_again(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(opens=False)
    first, second = stage.payments[3], stage.payments[2]
    person.page.route(DETAILS, lambda route: route.abort())
    person.press(person.opener(first))
    expect(person.alert.first).to_contain_text("No connection")
    person.page.unroute(DETAILS)

    person.press(person.button("Try again", person.said))

    expect(details(person, first)).to_contain_text("Nothing has been done")

    # Or when the row is opened again.
    expect(person.said).to_have_count(0)
    person.page.route(DETAILS, lambda route: route.abort())
    person.press(person.opener(second))
    expect(person.alert.first).to_contain_text("No connection")
    person.page.unroute(DETAILS)
    person.press(person.button("Dismiss", person.said))
    person.press(person.opener(second))
    person.press(person.opener(second))
    expect(details(person, second)).to_contain_text("Nothing has been done")


def test_a_copied_address_is_seen_whole_in_its_row(stage, person):
    person.open_tab(opens=False)
    payment = person.payment(stage.payments[2])
    row, address = payment.locator(".pay__row"), payment.get_by_role("textbox", name="Public link")
    widths = (1280, 768, 375)
    before = {}
    for width in widths:
        person.resize(width)
        before[width] = row.bounding_box()["height"]

    person.press(person.button("Copy public link", payment))
    expect(address).to_be_visible()

    for width in widths:
        person.resize(width)
        box, place = address.bounding_box(), payment.locator(".pay__id").bounding_box()
        assert box["width"] >= 75, width
        assert place["x"] <= box["x"], width
        assert box["x"] + box["width"] <= place["x"] + place["width"] + 1, width
        assert row.bounding_box()["height"] <= before[width] + 1, width


def test_a_link_that_comes_late_takes_the_focus_from_nobody(stage, person):
    person.open_tab()
    expect_qr_code_of(stage.payments[0], person)
    person.page.keyboard.press("Escape")
    stage.portal.switches.request_ms = 1500
    field = person.payment(stage.payments[3]).get_by_label("Quantity", exact=True).first
    person.press(person.button("Copy public link", person.payment(stage.payments[2])))
    field.focus()

    expect(person.frame.locator("#live")).to_have_text("Public link copied")

    expect(field).to_be_focused()


def expect_qr_code_of(paid, person):
    """Somebody may be shown the code with nothing else of the page in sight."""
    person.press(person.button("Show QR code", person.payment(paid)))

    shown = person.payment(paid).locator(".pop:popover-open")
    for waiting in (True, False):
        expect(shown).to_contain_text(f"Public link of payment {paid.account_number}")
        expect(shown.locator(".share__what")).to_have_text(f"€{paid.sum:,.2f} Paid")
        if waiting:
            expect(shown.get_by_role("img", name="QR code")).to_be_visible()


def test_a_row_whose_details_come_just_as_it_opens_stays_open(stage, person):
    """The browser tells later that it was opened, and no more of what was replaced meanwhile."""
    person.open_tab(opens=False)

    payment = person.payment(stage.payments[1])

    payment.locator(".pay__more").evaluate("""(more) => {
      const html = more.outerHTML;
      more.closest(".pay").querySelector(".pay__open").click();
      htmx.swap(more, html, { swapStyle: "outerHTML" });
    }""")

    expect(payment.locator(".pay__more")).to_have_attribute("open", "")
    expect(payment.locator(".pay__open")).to_have_attribute("aria-expanded", "true")
