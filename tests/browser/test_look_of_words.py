"""Words on narrow screens and in forced colours: nothing breaks apart, nothing chosen vanishes."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state.languages import LANGUAGES
from tests.support.browser_stage import ADMIN, DEAL_CARD, MANAGER
from tests.support.looks import expect_no_scroll_bars, settle_words
from tests.support.person import Mouse

BROKEN = """(heads) => {
  const broken = [];
  for (const head of document.querySelectorAll(`table :is(${heads}, button)`)) {
    const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const word of texts.currentNode.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        if (range.getClientRects().length > 1) broken.push(word[0]);
      }
    }
  }
  for (const unit of document.querySelectorAll(".unit")) {
    const stepper = unit.parentNode.querySelector(".stepper");
    if (!unit.checkVisibility() || !stepper) continue;
    if (unit.getBoundingClientRect().top > stepper.getBoundingClientRect().bottom)
      broken.push(unit.textContent);
  }
  for (const table of document.querySelectorAll("table")) {
    const by = table.getBoundingClientRect().width - table.parentNode.getBoundingClientRect().width;
    if (by > 1) broken.push(`a table ${by} px too wide`);
  }
  return broken;
}"""
NOT_BESIDE = """(all) => all.filter((part) => {
  const [words, quantity] = [part.firstElementChild, part.lastElementChild]
    .map((one) => one.getBoundingClientRect());
  return quantity.top >= words.bottom || quantity.left < words.right;
}).map((part) => part.textContent)"""
STYLE = "(one, [name, part]) => getComputedStyle(one, part).getPropertyValue(name)"
PIXELS = """async ([picture, places]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = document.createElement("canvas").getContext("2d");
  Object.assign(canvas.canvas, { width: image.width, height: image.height });
  canvas.drawImage(image, 0, 0);
  return places.map((place) =>
    [...canvas.getImageData(image.width * place, image.height / 2, 1, 1).data].join());
}"""
FITS = """() => {
  const dialog = document.querySelector("dialog[open]");
  return dialog.scrollWidth <= dialog.clientWidth;
}"""
LONG = ("pcs/h", "On-site commissioning of the emergency lighting")


def test_no_unit_and_no_word_of_a_product_breaks(stage, sit):
    rows = [one for one in stage.portal.crm.product_rows.values() if one.owner_id == 8061]
    for row in rows[::2]:
        row.measure_name, row.product_name = LONG
    someone = sit(Mouse)
    someone.open_tab()
    for width in (622, 768, 900, 1280):
        someone.resize(width, 1000)
        assert someone.frame.evaluate(BROKEN, "th[scope=row]") == [], width

        for verb in ("Allocation", "New payment"):
            someone.press(someone.button(verb))
            expect(someone.dialog.locator(".dialog__foot")).to_be_visible()
            assert someone.frame.evaluate(BROKEN, "th[scope=row]") == [], (width, verb)
            someone.page.keyboard.press("Escape")
            expect(someone.dialog).to_have_count(0)


def test_texts_without_a_space_fit(stage, sit):
    crm, text = stage.portal.crm, "W" * 100
    for row in crm.product_rows.values():
        row.product_name, row.measure_name = text, text[:20]
    for shipment in crm.shipments.values():
        shipment.service_name, shipment.account_number = text, text[:60]
    for payment in crm.payments.values():
        payment.pay_system_name, payment.account_number = text, text
    for system in crm.pay_systems.values():
        system.name = text
    for user in stage.portal.users.values():
        user.name, user.last_name = text[:50], text[:50]
    someone = sit(Mouse)
    someone.open_tab()
    for width in (375, 768, 1280):
        someone.resize(width, 1000)
        expect_no_scroll_bars(someone.frame)

        for name in ("Allocation", "New payment", "Bill the rest"):
            someone.press(someone.button(name))
            expect(someone.dialog.locator(".dialog__foot")).to_be_visible()
            # It comes growing.
            someone.frame.wait_for_function(FITS)
            expect_no_scroll_bars(someone.frame)
            someone.page.keyboard.press("Escape")
            expect(someone.dialog).to_have_count(0)
    paid = someone.payment(stage.payments[1]).locator(".pay__when")
    assert paid.bounding_box()["height"] < 60


def colours_of(locator, *places):
    """What is drawn at these parts of an element's width, half way down."""
    picture = base64.b64encode(locator.screenshot()).decode()
    easel = locator.page.context.new_page()
    drawn = easel.evaluate(PIXELS, [picture, places])
    easel.close()
    return drawn


def style(locator, name, part=None):
    return locator.evaluate(STYLE, [name, part])


@pytest.mark.usefixtures("stage")
def test_forced_colours_keep_what_is_chosen_and_the_edges(sit):
    someone = sit(Mouse, forced_colors="active")
    someone.open_tab()

    chosen, other = (someone.frame.locator(f"#show-{name}") for name in ("all", "unpaid"))
    assert style(chosen, "background-color") != style(other, "background-color")
    assert style(chosen, "color") != style(chosen, "background-color")
    paid, rest = colours_of(someone.frame.locator(".bar3"), 0.1, 0.97)
    assert paid != rest
    someone.press(someone.button("New payment"))
    expect(someone.dialog.locator(".dialog__foot")).to_be_visible()
    assert style(someone.dialog, "border-top-width") == "1px"
    assert style(someone.dialog, "border-top-color") != style(someone.dialog, "background-color")


@pytest.mark.usefixtures("stage")
def test_forced_colours_tell_what_is_on_in_the_settings(sit):
    someone = sit(Mouse, forced_colors="active")
    someone.be(ADMIN)
    someone.open_application()
    on, off = (
        someone.frame.get_by_role("checkbox", name=name, exact=True) for name in ("Deals", "Leads")
    )
    expect(on).to_be_checked()

    assert style(on, "background-color") != style(off, "background-color")
    for switch in (on, off):
        assert style(switch, "background-color") != style(switch, "background-color", "::after")
    current = someone.frame.locator(".tabs [aria-current]")
    others = someone.frame.locator(".tabs a:not([aria-current])").first
    assert style(current, "background-color") != style(others, "background-color")


def test_nothing_lies_over_another_in_the_list_of_any_language(stage, sit):
    """The gallery knows longer English words; some languages are longer in other places."""
    someone = sit(Mouse)
    wrong = []
    for language in LANGUAGES:
        stage.portal.users[MANAGER].language = language
        someone.go(DEAL_CARD)
        someone.page.get_by_role("tab").nth(2).click()
        someone.enter_frame()
        someone.wait_until_loaded()
        for width in (1280, 375):
            someone.page.set_viewport_size({"width": width, "height": 900})
            wrong += [(language, width, one) for one in settle_words(someone.frame)]
        someone.page.set_viewport_size({"width": 1280, "height": 900})

    assert wrong == []


def test_nothing_lies_over_another_in_diagnostics_of_long_languages(stage, sit):
    admin = sit(Mouse)
    admin.be(ADMIN)
    # Something to be checked has the longest badge.
    tab = {"code": "CRM_DYNAMIC_1036_DETAIL_TAB", "bound": "yes"}
    assert admin.page.request.post(f"{stage.portal.origin}/_control/tab", form=tab).ok
    wrong = []
    for language in ("pl", "la", "vn"):
        stage.portal.users[ADMIN].language = language
        admin.open_application()
        for page in ("activity", "diagnostics"):
            admin.press(admin.frame.locator(f'[data-section="{page}"]'))
            for width in (1280, 375):
                admin.page.set_viewport_size({"width": width, "height": 900})
                found = settle_words(admin.frame)
                wrong += [(language, page, width, one) for one in found]
            admin.page.set_viewport_size({"width": 1280, "height": 900})

    assert wrong == []


@pytest.mark.parametrize("language", ["en", "de", "pl", "kz"])
def test_quantities_stand_beside_their_payment_in_the_allocation(stage, sit, language):
    stage.portal.users[MANAGER].language = language
    someone = sit(Mouse)
    someone.go(DEAL_CARD)
    someone.page.get_by_role("tab").nth(2).click()
    someone.enter_frame()
    someone.wait_until_loaded()
    someone.press(someone.frame.locator("#allocation"))
    parts = someone.dialog.locator(".part")
    expect(parts.first).to_be_visible()
    wrong = []
    for width in (1920, 1280, 768, 375, 320):
        someone.page.set_viewport_size({"width": width, "height": 900})
        wrong += [(width, one) for one in settle_words(someone.frame)]
        wrong += [(width, one) for one in parts.evaluate_all(NOT_BESIDE)]
        if width >= 1280:
            wrong += [(width, one) for one in someone.frame.evaluate(BROKEN, "th")]

    assert wrong == []
