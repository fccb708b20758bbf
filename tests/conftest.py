"""What every test may use: clean databases, and an environment nobody's shell can change."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from b24app.storage.session import Database, upgrade
from tests.support import second_try
from tests.support.databases import PostgresDatabases, SQLiteDatabases, is_server_reachable
from tests.support.shared_between_apps import share_between_apps

share_between_apps()

# A busy machine takes as long as it takes: no test asks for the time.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")

FOLDER = Path(__file__).parent
LONG = ("test_trouble.py", "test_gallery.py", "test_story_", "test_random_books.py")
GALLERY = {
    "languages": "in 4 languages" if os.environ.get("GALLERY") else "in longer English",
    "widths": 6,
}
OUR_NAMES = (
    "APP_",
    "B24_",
    "DATABASE_URL",
    "ERROR_TRACKER_DSN",
    "LOG_LEVEL",
    "METRICS_TOKEN",
    "REST_LOG_",
    "SECRET_KEY",
    "SECURITY_CONTACT",
    "TOKEN_KEYS",
    "TRUSTED_PROXIES",
)


def pytest_addoption(parser):
    second_try.add_option(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    return second_try.run_twice_at_most(item, nextitem)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The long ones come first, then browser tests: they wait much, and others work meanwhile."""
    # Asked of each file once: of each test, it is a second of every worker's start.
    in_browser = {path: FOLDER / "browser" in path.parents for path in {one.path for one in items}}
    for item in items:
        if in_browser[item.path]:
            item.add_marker(pytest.mark.browser)
    items.sort(key=_place)


def pytest_collection_finish():
    """What is there by now stays, so nobody looks for rubbish in it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """Begin where no shell and no test before has set anything. As a fixture it cost far more."""
    for name in tuple(os.environ):
        if name.startswith(OUR_NAMES) or name.lower().endswith("_proxy"):
            del os.environ[name]


def pytest_terminal_summary(terminalreporter):
    """Say how much of the pages was looked at, what was wrong with it, and what was tried twice."""
    second_try.tell(terminalreporter)
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.getreports(kind)]
    seen = [dict(one.user_properties).get("gallery") for one in reports]
    total = Counter()
    for one in seen:
        total.update(one or {})
    if total:
        terminalreporter.write_line(
            "{states} states, {languages} at {widths} widths, {looks} looks:"
            " {axe} by axe with {violations} violations, {console} console errors,"
            " {translations} missing translations, {words} clipped texts".format_map(
                {**GALLERY, **total}
            )
        )


def _place(item) -> int:
    if item.path.name.startswith(LONG):
        return 0
    return 1 if item.get_closest_marker("browser") else 2


@pytest.fixture(scope="session")
def browser():
    from tests.support.chromium import running_chromium

    with running_chromium() as chromium:
        yield chromium


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory):
    return SQLiteDatabases(tmp_path_factory.mktemp("sqlite"), _migrate)


@pytest.fixture(scope="session")
def postgres_databases(request) -> Iterator[PostgresDatabases]:
    if not is_server_reachable():
        if os.environ.get("CI"):
            pytest.fail("No PostgreSQL server answers; CI needs one (TEST_POSTGRES_URL).")
        pytest.skip("No PostgreSQL server answers; set TEST_POSTGRES_URL to run these tests.")
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    databases = PostgresDatabases(worker, _migrate)
    yield databases
    databases.drop_all()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path: Path):
    """A migrated, empty database. The test runs once on each engine."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_databases").clean()
    return request.getfixturevalue("sqlite_databases").clean(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database_url(request, tmp_path: Path):
    """A database without any table, for tests of the migrations. Once on each engine."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_databases").blank()
    return f"sqlite:///{tmp_path / 'blank.db'}"


@pytest.fixture
def sqlite_url(sqlite_databases, tmp_path: Path):
    """A migrated, empty SQLite database, for tests that do not ask about the engine."""
    return sqlite_databases.clean(tmp_path)


@pytest.fixture(scope="session")
def installed_stages(sqlite_databases, tmp_path_factory):
    from tests.support.installed import InstalledStages

    return InstalledStages(sqlite_databases, tmp_path_factory.mktemp("installed"))


@pytest.fixture
def stage(installed_stages, tmp_path: Path):
    """Our application before a simulated portal, installed there. On SQLite."""
    stage = installed_stages.make(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def app(stage):
    """The installed application: what pytest-flask's `client` is a client of."""
    return stage.app


@pytest.fixture(scope="session", autouse=True)
def _push_request_context():
    """Stand in for pytest-flask's: inside its context all requests of a test would share a `g`."""


@pytest.fixture(scope="session", autouse=True)
def _configure_application():
    """Stand in for pytest-flask's: no test has its mark `options`, and all would pay for it."""


@pytest.fixture(scope="session", autouse=True)
def _monkeypatch_response_class():
    """Stand in for pytest-flask's: nobody compares an answer with a number."""


@pytest.fixture
def bare_stage(sqlite_url, tmp_path: Path):
    """The same with the app not installed yet."""
    from tests.support.stage import Stage

    stage = Stage(sqlite_url, tmp_path / "rest-log")
    yield stage
    stage.close()


@pytest.fixture
def stage_on_each_database(database_url, tmp_path: Path):
    """The installed stage, once on SQLite and once on PostgreSQL."""
    from tests.support.stage import Stage

    stage = Stage(database_url, tmp_path / "rest-log")
    stage.install()
    stage.forget_calls()
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def module_stage(installed_stages, tmp_path_factory):
    stage = installed_stages.make(tmp_path_factory.mktemp("writes"))
    yield stage
    stage.close()


@pytest.fixture
def writing_stage(module_stage, monkeypatch):
    """The installed stage as it is at the start, without installing it for every test."""
    module_stage.put_back(monkeypatch)
    return module_stage
