"""Alerts and dashboard ask for figures the app has, by labels and values they can have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client import Counter, Histogram

from b24app import meters
from b24app.bitrix.wire.transport import Lost
from b24app.services.actions import DeedName, OutcomeKind

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
RULES = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
SETUP = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
BOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())

PROMTOOL = shutil.which("promtool") or ""

NAMES_BY_PROMETHEUS = frozenset({"job", "instance"})
JOB = SETUP["scrape_configs"][0]["job_name"]
GAUGES: dict[str, set[str]] = {"deal_payments_queue_age_seconds": set(), "up": set()}
LOST = {one.value for one in Lost} | {"not_json"}
ENDINGS = {"ok", "refused", "expired", "limited"} | LOST
VALUES: dict[tuple[str, str], set[str]] = {
    ("deal_payments_openings", "outcome"): {"shown", "refused", "busy", "failed"},
    ("deal_payments_openings", "part"): {"shell", "content"},
    ("deal_payments_writes", "outcome"): set(OutcomeKind),
    ("deal_payments_writes", "action"): set(DeedName),
    ("deal_payments_portal_call_seconds", "outcome"): ENDINGS,
    ("deal_payments_portal_call_seconds", "kind"): {"batch", "single", "authorization"},
    ("deal_payments_token_refreshes", "outcome"): ENDINGS,
    ("deal_payments_answer_seconds", "status"): {"2xx", "3xx", "4xx", "5xx"},
}


def known() -> dict[str, tuple[str, set[str]]]:
    """Names of samples, with the name of the figure and its labels."""
    found = {name: (name, labels) for name, labels in GAUGES.items()}
    for one in vars(meters).values():
        if not isinstance(one, Counter | Histogram):
            continue
        name, labels = one._name, set(one._labelnames)
        if one._type == "counter":
            found[f"{name}_total"] = (name, labels)
            continue
        found |= {f"{name}_{part}": (name, labels) for part in ("count", "sum")}
        found[f"{name}_bucket"] = (name, labels | {"le"})
    return found


KNOWN = known()


def selectors(expression):
    """Every selector of an expression, which has to be one of PromQL's."""
    found = []
    tree = promql_parser.parse(expression.replace("$__rate_interval", "5m"))

    def note(node):
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        if isinstance(node, promql_parser.MatrixSelector):
            found.append(node.vector_selector)
        return True

    walk(tree, note)
    return found


def walk(node, note):
    note(node)
    for name in ("expr", "lhs", "rhs", "param"):
        inner = getattr(node, name, None)
        if inner is not None:
            walk(inner, note)
    for inner in getattr(node, "args", ()):
        walk(inner, note)


def grouped_by(expression):
    return {
        label.strip()
        for labels in re.findall(r"by \(([^)]*)\)", expression)
        for label in labels.split(",")
    }


def check(expression):
    asked = selectors(expression)
    assert asked
    for one in asked:
        assert one.name in KNOWN, one.name
        figure, labels = KNOWN[one.name]
        for matcher in one.matchers.matchers:
            assert matcher.name in labels | NAMES_BY_PROMETHEUS, (one.name, matcher.name)
            possible = VALUES.get((figure, matcher.name))
            if possible is not None:
                assert set(matcher.value.split("|")) <= possible, (one.name, matcher.value)
    everywhere = set.intersection(*(KNOWN[one.name][1] for one in asked))
    assert grouped_by(expression) <= everywhere


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_there_is_and_says_what_to_do(rule):
    check(rule["expr"])

    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() == {"summary", "action"}
    assert all(text.endswith(".") for text in rule["annotations"].values())


def test_alerts_have_names_of_their_own_and_are_explained():
    names = [rule["alert"] for rule in RULES]
    page = (ROOT / "docs" / "operations.md").read_text()

    assert len(names) == len(set(names)) >= 8
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_alert_has_a_case_in_which_it_fires():
    cases = yaml.safe_load((DEPLOY / "prometheus" / "alerts.test.yml").read_text())["tests"]

    samples = [
        one for case in cases for asked in case["promql_expr_test"] for one in asked["exp_samples"]
    ]
    assert {one["labels"] for one in samples} == {
        f'{{alertname="{rule["alert"]}"}}' for rule in RULES
    }


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed (Debian: prometheus)")
@pytest.mark.parametrize(
    "asked", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")]
)
def test_prometheus_finds_the_alerts_sound_and_they_fire_as_they_should(asked):
    done = subprocess.run(
        [PROMTOOL, *asked], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_is_told_where_the_figures_are():
    assert SETUP["rule_files"] == ["alerts.yml"]
    for rule in RULES:
        for one in selectors(rule["expr"]):
            jobs = [m.value for m in one.matchers.matchers if m.name == "job"]
            assert jobs in ([], [JOB])


@pytest.mark.parametrize("panel", BOARD["panels"], ids=lambda panel: panel["title"])
def test_a_panel_asks_for_what_there_is(panel):
    for target in panel["targets"]:
        check(target["expr"])
        shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert shown <= grouped_by(target["expr"])


def test_panels_lie_beside_each_other_and_have_numbers_of_their_own():
    places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in BOARD["panels"]]

    assert len({panel["id"] for panel in BOARD["panels"]}) == len(places)
    assert len({(x, y) for x, y, _, _ in places}) == len(places)
    assert all(x + width <= 24 for x, _, width, _ in places)


def test_every_figure_is_on_the_board_or_in_an_alert():
    asked = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for rule in RULES]
    shown = {KNOWN[one.name][0] for expression in asked for one in selectors(expression)}

    assert {figure for figure, _ in KNOWN.values()} == shown


def test_what_the_app_does_not_have_is_noticed():
    for expression in (
        "deal_payments_nothing_total",
        'deal_payments_writes_total{outcome="lost"}',
        'deal_payments_writes_total{portal="x"}',
        "sum by (kind) (deal_payments_writes_total)",
    ):
        with pytest.raises(AssertionError):
            check(expression)
    with pytest.raises(ValueError, match="expected type matrix"):
        check("rate(deal_payments_writes_total)")
