"""Chromium, a portal, and a bare application in its frame."""

from __future__ import annotations

import pytest

from b24app.simulator.portal_state.records import CONTACT, Card
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.ui_frame import lay_out, own_view
from tests.frame.recording import RECORDED, RECORDED_POST, Playback
from tests.support.asking import asked, click_tab, shown_frame
from tests.support.base_stage import ADMIN
from tests.support.chromium import PATIENCE_MS
from tests.support.framed_app import FramedApp, bind_tab
from tests.support.servers import serving, serving_portal
from tests.support.watching import Watch

TABS = (
    "CRM_DEAL_DETAIL_TAB",
    "CRM_LEAD_DETAIL_TAB",
    "CRM_CONTACT_DETAIL_TAB",
    "CRM_COMPANY_DETAIL_TAB",
    "CRM_SMART_INVOICE_DETAIL_TAB",
    "CRM_DYNAMIC_1036_DETAIL_TAB",
)


@pytest.fixture
def framed_app():
    app = FramedApp()

    def build(port: int):
        app.port = port
        return app.wsgi()

    with serving(build):
        yield app


@pytest.fixture
def portal(framed_app):
    """A portal with the application installed, finished and bound to every kind of card."""
    with serving_portal(framed_app.origin) as state:
        state.install_app(ADMIN, status="L")
        state.finish_install(ADMIN)
        for code in TABS:
            bind_tab(state, code, f"{framed_app.origin}/placement")
        yield state


@pytest.fixture
def page(browser, request):
    """A page 1320 px wide: 1280 for what stands inside its margins. Errors in it fail the test."""
    user_agent = getattr(request, "param", None)
    context = browser.new_context(
        viewport={"width": 1320, "height": 900}, user_agent=user_agent, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.watch = Watch(page)
    yield page
    # What is still loading when the page closes fails by the closing, so look before.
    seen = page.watch.problems
    context.close()
    assert seen == []


@pytest.fixture
def visit(page, portal):
    """Opens pages of the portal and frames of the application on them."""
    return Visit(page, portal)


class Visit:
    """One person's browsing of the portal."""

    def __init__(self, page, portal) -> None:
        self.page = page
        self.portal = portal

    def go(self, path: str):
        self.page.goto(self.portal.origin + path)

    def switch_to(self, user_id: int) -> None:
        self.page.context.add_cookies(
            [{"name": "simulator_user", "value": str(user_id), "url": self.portal.origin}]
        )

    def open_tab(self, path: str = "/crm/deal/details/8061/"):
        """Open a card and its application tab; return the application's frame."""
        self.go(path)
        click_tab(self.page, "Payments")
        return self.frame()

    def open_application(self, query: str = ""):
        """Open the application's own page; return its frame."""
        self.go(f"/marketplace/app/{self.portal.application.code}/{query}")
        return self.frame()

    def frame(self, within: str = "body"):
        """Return the loaded application frame inside `within`."""
        frame = shown_frame(self.page, within)
        asked(frame, "() => window.say !== undefined")
        return frame


@pytest.fixture
def stage(visit, framed_app):
    """The portal with the people and values that the recording names."""
    portal = visit.portal
    portal.member_id = RECORDED_POST["member_id"]
    person = portal.users[ADMIN]
    person.name, person.last_name, person.position = "Ann", 'Lee: "AL"', "Manager"
    portal.crm.add_card(Card(CONTACT, 2, "Ann", portal.clock.now()))
    portal.mark_run(ADMIN)
    return Playback(visit, framed_app)


@pytest.fixture
def named_frame():
    """Renders a frame of a portal at any address and returns the frame's name."""

    def name(host: str, scheme: str) -> str:
        state = PortalState(domain=host, scheme=scheme, env={})
        state.install_app()
        return lay_out(state, state.users[ADMIN], own_view(state, {})).name

    return name


@pytest.fixture(scope="session")
def recorded():
    return RECORDED
