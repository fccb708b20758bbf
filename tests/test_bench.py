"""`make bench`: what it counts, and that each part measures something; how long, nobody asserts."""

from __future__ import annotations

import re

import pytest

from tools.bench import __main__ as command
from tools.bench import browser as at_browser
from tools.bench import openings, own, silent, versions
from tools.bench.installed import add_portals
from tools.bench.openings import limit_seconds
from tools.bench.portal import LATENCY, Latency
from tools.bench.processes import canned, opened_everywhere
from tools.bench.report import PAGE, FigureError, Table, percentile, write
from tools.bench.rivals import RIVALS, commands_of
from tools.bench.users import Answer, always
from tools.bench.views import covered
from tools.bench.workers import living
from tools.stage import ROOT, free_ports, stage

TABLE = Table("Calls", ("way", "calls", "time"), [("ours", "3", ""), ("theirs", "45", "8.50 s")])
NOTHING = Latency(1, 0)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    with stage(folder / "app", *free_ports(), {"WEB_CONCURRENCY": "1"}) as running:
        yield running


def test_a_table_is_aligned_and_the_same_as_markdown():
    assert TABLE.text().splitlines() == [
        "Calls",
        "  way     calls    time",
        "  ours        3",
        "  theirs     45  8.50 s",
    ]
    assert "| way | calls | time |\n| --- | ---: | ---: |\n| ours | 3 |  |" in TABLE.markdown()


@pytest.mark.parametrize("rows", [[], [("ours", "3")]])
def test_a_table_without_all_of_its_figures_is_none(rows):
    with pytest.raises(FigureError, match="Calls"):
        Table("Calls", ("way", "calls", "time"), rows)


def test_a_part_is_written_between_its_marks_again_and_again(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- begin: own -->\nold\n<!-- end: own -->\nz\n")

    for text in ("first", r"\1 second"):
        write("own", text, page)

    marked = "<!-- begin: own -->\n\n\\1 second\n\n<!-- end: own -->"
    assert page.read_text() == f"a\n{marked}\nz\n"
    with pytest.raises(FigureError, match="begin: silent"):
        write("silent", "text", page)


def test_the_page_has_a_place_for_every_part_and_nothing_else():
    marks = re.findall(r"<!-- (begin|end): (\w+) -->", PAGE.read_text())

    assert marks == [(mark, part) for part in command.PARTS for mark in ("begin", "end")]


def test_a_part_that_fails_is_named_and_the_others_are_measured(monkeypatch, capsys):
    monkeypatch.setattr(own, "measure", lambda _sizes: (living(-1) for _ in "1"))
    monkeypatch.setattr(silent, "measure", lambda _sizes: [TABLE])

    assert command.main(["--quick", "own", "silent"]) == 1
    said = capsys.readouterr()
    assert TABLE.text() in said.out
    assert said.err.startswith("No worker process of the app is left")
    assert said.err.endswith("own: not measured, see above\n")


def test_what_is_measured_quickly_is_not_written_down(capsys):
    with pytest.raises(SystemExit):
        command.main(["--quick", "--write", "own"])

    assert "nothing to write down" in capsys.readouterr().err


def test_no_process_and_no_times_are_no_figures():
    with pytest.raises(FigureError, match="No worker process"):
        living(-1)
    with pytest.raises(FigureError, match="too few"):
        percentile([1.0], 50)
    with pytest.raises(FigureError, match="0 of 2 openings were served"):
        silent.row("others", [Answer(0, 1, 200)], [Answer(0, 1, 503)] * 2)


def test_time_at_the_portal_is_counted_once_where_calls_overlap():
    assert covered([(4, 5), (0, 2), (1, 3)]) == 4


def test_the_limit_is_three_full_requests_at_a_time():
    assert limit_seconds(commands_of(20), LATENCY) == pytest.approx(0.150 + 15 * 0.030)
    assert limit_seconds(commands_of(200), LATENCY) == pytest.approx(3 * 0.150 + 135 * 0.030)


def test_openings_are_counted_side_by_side_over_tls():
    ways = {name: way for name, way in RIVALS.items() if name.startswith("b24pysdk")}
    sizes = openings.Sizes((20, 500), (), tries=1, rivals=ways, latency=NOTHING)

    [table] = openings.measure(sizes)

    found = {(row[0], row[1]): row[2:6] for row in table.rows}
    calls = {of: int(row[0]) for of, row in found.items()}
    sent = {of: float(row[3].removesuffix(" kB")) for of, row in found.items()}
    for payments in ("20", "500"):
        ours, slow = (payments, "this app, seen before"), (payments, "b24pysdk, call by call")
        assert calls[ours] == calls[payments, "this app, first opening"] == 3
        assert (calls[slow], calls[payments, "b24pysdk, call_batch"]) == (45, 2)
        assert int(found[slow][2]) == 45, "a connection each"
        assert sent[ours] < sent[slow]


def test_own_costs_are_measured_beside_other_portals(running):
    add_portals(running, range(1, 3))

    costs, load, memory = own.tables(running, own.Sizes(2, (4,), rate=10, seconds=1))

    calls = {row[0]: row[-1] for row in costs.rows}
    assert calls == {
        "the shell of a tab": "0",
        "a click on Mark as paid or unpaid": calls["a click on Mark as paid or unpaid"],
        "an opening with 4 payments": "1",
    }
    assert [row[0] for row in load.rows] == ["one at a time", "10 a second"]
    assert len(memory.rows) == 1


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="These files are no clone.")
def test_an_older_version_works_beside_the_present_one(tmp_path, monkeypatch):
    # What is committed last stands for an older one: a clone may have no other.
    monkeypatch.setattr(versions, "FOLDER", tmp_path)
    # A worker each: to start a second one of both is most of what more of them would do.
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    sizes = versions.Sizes(rounds=1, tries=4, payments=(4,), older="HEAD")

    [table] = versions.measure(sizes)

    assert [(row[0], row[-1]) for row in table.rows] == [
        ("an opening with 4 payments", "1"),
        ("the shell of a tab", "0"),
        ("a click on Mark as paid or unpaid", table.rows[2][-1]),
    ]
    assert table.note.startswith("The older version: HEAD.")
    assert not (tmp_path / "code").exists()


def test_a_version_that_nobody_has_is_no_figure(tmp_path):
    with (
        pytest.raises(FigureError, match=r"never-there.*BENCH_AGAINST"),
        versions.checked_out("never-there", tmp_path / "code"),
    ):
        pass


def test_people_of_several_portals_are_served_from_kept_answers(running):
    with canned(running, 0.01) as host:
        frames = opened_everywhere(running, host, range(10, 12))
        answers = always(frames, users=2, seconds=0.2)

    assert {one.status for one in answers} == {200}
    assert silent.row("others", answers * 2)[-1] == f"200 x {len(answers) * 2}"


@pytest.mark.browser
def test_a_browser_tells_what_is_loaded_and_felt(running, browser):
    sizes = at_browser.Sizes((4,), (1,), tries=1, unseen=1, latency=NOTHING)

    loaded, felt = at_browser.tables(running, sizes, browser)

    assert loaded.rows[0][:3] == ("4", "normal", "6")
    assert loaded.rows[0][-1] == "1"
    assert felt.rows[0][0] == "4"
