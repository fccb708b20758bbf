"""Bitrix24's own browser library, an outside witness, runs unchanged inside the simulator's frame.

npm fetches the pinned package once into build/b24jssdk; it is never shipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.base_stage import ADMIN

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "b24jssdk"
LIBRARY = FOLDER / "node_modules/@bitrix24/b24jssdk/dist/umd/index.min.js"
NPM_SECONDS = 180


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> Path:
    """The library's file for browsers, fetched when it is not there yet."""
    if LIBRARY.exists():
        return LIBRARY
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so b24jssdk cannot be fetched.")
    # Two test processes may fetch at once: each fetches for itself, the first one moves it in.
    folder = tmp_path_factory.mktemp("b24jssdk")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(Path(__file__).with_name(name), folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=NPM_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("npm could not fetch b24jssdk (no registry reachable?).")
    FOLDER.parent.mkdir(exist_ok=True)
    # Copied under another name first: nobody may find half of it.
    whole = Path(shutil.copytree(folder, FOLDER.with_name(f"b24jssdk-{os.getpid()}")))
    try:
        whole.rename(FOLDER)
    except OSError:
        shutil.rmtree(whole)
    return LIBRARY


@pytest.fixture
def frame(visit, framed_app, library):
    """The tab of a deal with the library started in it as `b24`."""
    framed_app.sdk = library
    return started(visit.open_tab())


def started(frame):
    frame.evaluate("B24Js.initializeB24Frame().then((b24) => { window.b24 = b24; })")
    return frame


def test_pinned_version_is_the_one_that_is_run(library):
    package = json.loads((library.parents[2] / "package.json").read_text(encoding="utf-8"))
    pinned = json.loads(Path(__file__).with_name("package.json").read_text(encoding="utf-8"))

    assert package["version"] == pinned["devDependencies"]["@bitrix24/b24jssdk"]


def test_library_learns_placement_and_person(frame, visit):
    seen = frame.evaluate(
        "({ placement: b24.placement.title, options: b24.placement.options,"
        " isAdmin: b24.auth.isAdmin, lang: b24.getLang(), origin: b24.getTargetOrigin() })"
    )

    assert seen["placement"] == "CRM_DEAL_DETAIL_TAB"
    assert seen["options"]["ID"] == "8061"
    assert seen["isAdmin"] is True
    assert seen["lang"] == "en"
    assert seen["origin"] == visit.portal.origin


def test_library_fits_the_window(frame):
    frame.evaluate("document.body.style.height = '921px'")

    answer = frame.evaluate("b24.parent.fitWindow()")

    box = frame.frame_element().bounding_box()
    assert answer == {"width": box["width"], "height": box["height"]}
    assert box["height"] >= 921


def test_library_renews_its_token(frame, visit):
    before = frame.evaluate("b24.auth.getAuthData()")

    after = frame.evaluate("b24.auth.refreshAuth()")

    assert after["access_token"] != before["access_token"]
    assert visit.portal.tokens.by_access(after["access_token"]).user_id == ADMIN


def test_library_calls_the_commands_of_the_card(frame):
    interface = frame.evaluate("b24.placement.getInterface()")
    answer = frame.evaluate("b24.placement.call('reloadData')")

    assert interface == {"command": ["reloadData"], "event": []}
    assert answer == ""


def test_library_calls_rest_from_the_frame(frame, visit):
    """From another origin, with JSON: the browser asks the portal first whether it may."""
    profile = frame.evaluate("b24.callMethod('profile').then((answer) => answer.getData().result)")
    batch = frame.evaluate(
        "b24.callBatch({"
        " list: { method: 'crm.item.payment.list',"
        " params: { entityId: 8061, entityTypeId: 2, filter: { '@id': [1036, 1038] } } },"
        " who: { method: 'user.current' } }).then((answer) => answer.getData())"
    )

    assert profile["ID"] == str(ADMIN)
    assert [row["id"] for row in batch["list"]] == [1036, 1038]
    assert batch["who"]["ID"] == str(ADMIN)
    # The library warns of its own older methods.
    assert all("is deprecated" in warning for warning in visit.page.watch.problems)
    visit.page.watch.forget()


def test_library_gives_up_where_the_portal_is_silent(frame):
    answer = frame.evaluate("b24.parent.setTitle('Payments')")

    assert answer == {"isSafely": True}


def test_library_opens_and_leaves_a_slider(frame, visit):
    frame.evaluate(
        "b24.slider.openPath(b24.slider.getUrl('/crm/deal/details/8062/'))"
        ".then((answer) => { window.answer = answer; })"
        " && undefined"
    )
    panel = visit.page.frame_locator(".side-panel--open .side-panel__iframe")
    panel.get_by_role("heading", name="Office refit, second floor").wait_for()
    visit.page.locator(".side-panel__label").click()

    frame.wait_for_function("() => window.answer !== undefined")
    assert frame.evaluate("answer") == {"isOpenAtNewWindow": False, "isClose": True}


def test_library_asks_for_users(frame, visit):
    frame.evaluate(
        "b24.dialog.selectUsers().then((users) => { window.users = users; }) && undefined"
    )
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_text("Marta Lindqvist").click()
    dialog.get_by_text("Anna Berger").click()
    dialog.get_by_role("button", name="Select").click()

    frame.wait_for_function("() => window.users !== undefined")
    assert [user["id"] for user in frame.evaluate("users")] == ["1", "7"]


def test_library_finishes_the_installation(visit, framed_app, library):
    framed_app.sdk = library
    visit.portal.install_app(ADMIN)
    installer = started(visit.open_application())
    assert installer.evaluate("b24.isInstallMode") is True

    installer.evaluate("b24.installFinish() && undefined")
    visit.page.wait_for_url("**install_finished=Y")
    visit.frame()

    assert visit.portal.installation.is_finished
    assert framed_app.posts[-1].url.startswith(f"{framed_app.origin}/?")
