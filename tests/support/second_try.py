"""A second try for browser tests, and for no other: a busy machine may make one of them stumble.

Off unless `--second-try` asks for it, as `make test` does. What passed only then is told: the
terminal's summary and the property `FIRST_TRY` of the JUnit report say why the first try failed.
"""

from __future__ import annotations

from _pytest.runner import runtestprotocol

OPTION = "--second-try"
FIRST_TRY = "first try"


def add_option(parser):
    parser.addoption(
        OPTION,
        action="store_true",
        help="Try a failed browser test once more, and say which passed only then.",
    )


def run_twice_at_most(item, nextitem):
    """Run a browser test, and again if it failed. True: it was run here; None: it is not ours."""
    if not item.config.getoption(OPTION) or not item.get_closest_marker("browser"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    why = _why(reports)
    if why is not None and not (item.session.shouldfail or item.session.shouldstop):
        # What the first try noted for the report was of a test that failed.
        item.user_properties[:] = [(FIRST_TRY, why)]
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _why(reports):
    """The first line of what went wrong, and what was waited for; None if nothing did."""
    for report in reports:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            text = (crash.message if crash else str(report.longrepr)).strip()
            lines = text.splitlines() or [""]
            waited = next((line.strip(" -") for line in lines if "waiting for" in line), "")
            return f"{report.when}: {lines[0][:200]} {waited[:200]}".rstrip()
    return None


def tell(terminalreporter):
    """Name the tests that passed only at the second try."""
    failed = {
        one.nodeid for kind in ("failed", "error") for one in terminalreporter.getreports(kind)
    }
    for report in terminalreporter.getreports("passed"):
        if report.when != "call" or report.nodeid in failed:
            continue
        if why := dict(report.user_properties).get(FIRST_TRY):
            terminalreporter.write_line(f"passed at the second try: {report.nodeid} ({why})")
