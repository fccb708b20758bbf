"""Compare the portal's own record, what people were told, and the activity log.

One row for each promise; what is wrong is listed, so that it can be looked up in the logs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.fire.ledger import ACTIVITY, PREFIX, Ran, Seen, Wish

SLACK = 1.0
STATES = {f"{PREFIX}pay": "Y", f"{PREFIX}unpay": "N"}
ADD, DELETE = f"{PREFIX}add", f"{PREFIX}delete"
CREATING = frozenset({"create", "bill_rest"})
MARKS = {"pay": "Y", "unpay": "N"}
UNCOUNTED = frozenset({"take_link", "cancel_reminder"})
"""What is no write at the portal, or one that is not compared here."""

HONEST = frozenset({"done", "already", "unknown", "partial"})
"""How a line of the log may call something that was carried out."""


@dataclass(frozen=True)
class Line:
    """One line of the app's activity log; `at` in Unix seconds."""

    action: str
    outcome: str
    detail: str
    payment_id: int | None
    at: float
    user_id: int | None


@dataclass
class Row:
    """A promise, how much was looked at, and what did not keep it."""

    promise: str
    looked_at: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Books:
    """Everything that is compared. `start` are the payments of the cards when it began."""

    start: dict[int, str]
    ran: Sequence[Ran]
    wishes: Sequence[Wish]
    lines: Sequence[Line]
    began: float = 0.0

    def __post_init__(self) -> None:
        self.of_wish: dict[str, list[Ran]] = defaultdict(list)
        self.orphans: list[Ran] = []
        self._share_out()
        self.changes = _changes(self.start, self.ran, self.began)

    def _share_out(self) -> None:
        """Say of each command by which wish it ran."""
        made: dict[str, Wish] = {}
        for ran in self.ran:
            mine = [asked for asked in self.wishes if _is_of(asked, ran)]
            named = [asked for asked in mine if ran.named & asked.ids]
            # One may begin in the moment in which another one ends.
            wish = max(named or mine, key=lambda one: _nearness(one, ran), default=None)
            if wish is None:
                # What is put into, or taken from, a payment that a wish has just made.
                wish = next((made[name] for name in ran.named if name in made), None)
                wish = wish if wish and _is_in_time(wish, ran) else None
            if wish is None:
                self.orphans.append(ran)
                continue
            self.of_wish[wish.key].append(ran)
            if ran.method == ADD and ran.made:
                made[str(ran.made)] = wish

    def state_between(self, payment_id: int, start: float, end: float) -> set[str]:
        """All states that a payment had in this time; "" where it was not there."""
        states = {""}
        for began, ended, state in self.changes.get(payment_id, ()):
            if ended <= start:
                states = {state}
            elif began <= end:
                states.add(state)
        return states

    def once(self) -> Row:
        """No write runs twice under one key, and none without anybody who wanted it."""
        row = Row("executed twice under one key", len(self.of_wish))
        for wish in self.wishes:
            counts = Counter(run.what for run in self.of_wish[wish.key])
            for (method, params), count in counts.items():
                if count > 1:
                    row.wrong.append(f"{count} x {method} {params}: {about(wish)}")
        return row

    def wanted(self) -> Row:
        """Every write that ran was asked for."""
        row = Row("executed, and nobody had asked", len(self.ran))
        row.wrong = [f"{run.method} {run.params} at {run.started:.2f}" for run in self.orphans]
        return row

    def lost(self) -> Row:
        """What was told as done is so."""
        row = Row("told as done, and not so")
        for wish in self.wishes:
            for payment_id in wish.well or (wish.payments if wish.told == "done" else ()):
                row.looked_at += 1
                if not self._is_so(wish, payment_id):
                    row.wrong.append(f"payment {payment_id}: {about(wish)}")
            if wish.told == "done" and wish.act in CREATING:
                row.looked_at += 1
                if self._left_of(wish) != 1:
                    row.wrong.append(f"{self._left_of(wish)} payments: {about(wish)}")
        return row

    def nothing(self) -> Row:
        """Where it was told that nothing was changed, nothing was."""
        row = Row("told as not done, and done")
        for wish in self.wishes:
            if wish.told == "nothing":
                row.looked_at += 1
                ran = [run for run in self.of_wish[wish.key] if not _is_beside(run)]
                if ran and not (wish.act in CREATING and not self._left_of(wish)):
                    row.wrong.append(f"{[run.method for run in ran]}: {about(wish)}")
        return row

    def unlogged(self) -> Row:
        """Every write that ran is in the log, by a name that admits it."""
        row = Row("executed, and not in the log")
        for wish in self.wishes:
            for payment_id in self._touched(wish):
                row.looked_at += 1
                lines = self._lines_of(wish, payment_id)
                if not HONEST & {line.outcome for line in lines}:
                    said = [f"{line.outcome} {line.detail}" for line in lines]
                    row.wrong.append(f"payment {payment_id}, log {said}: {about(wish)}")
        return row

    def invented(self) -> Row:
        """Nothing is in the log as done that did not run."""
        row = Row("in the log as done, and not executed")
        wishes = {wish.key: wish for wish in self.wishes}
        for line in self.lines:
            if line.outcome != "done" or line.action in UNCOUNTED or "moved" in line.detail:
                continue
            row.looked_at += 1
            found = any(
                _names(ran, line) and _is_in_time(wishes[key], ran, line.at)
                for key, all_ran in self.of_wish.items()
                if wishes[key].act == line.action
                for ran in all_ran
            )
            if not found:
                row.wrong.append(f"{line.action} {line.payment_id} {line.detail} at {line.at:.2f}")
        return row

    def shown(self, seen: Iterable[Seen]) -> Row:
        """A page never shows a payment in a state that it did not have meanwhile."""
        row = Row("shown in a wrong state")
        for page in seen:
            for payment_id, state in page.states.items():
                row.looked_at += 1
                were = self.state_between(payment_id, page.started, page.ended)
                if state not in were:
                    row.wrong.append(f"payment {payment_id} as {state!r}, was {sorted(were)}")
        return row

    def final(self, found: dict[int, str]) -> Row:
        """What was recorded leads to what the portal has in the end: the record is whole."""
        row = Row("record and portal differ (this tool)", len(found))
        end = max((run.finished for run in self.ran), default=0.0) + 1
        for payment_id in set(found) | set(self.changes):
            state = found.get(payment_id, "")
            if self.state_between(payment_id, end, end) != {state}:
                row.wrong.append(f"payment {payment_id} is {state!r}")
        return row

    def _is_so(self, wish: Wish, payment_id: int) -> bool:
        if wish.act in MARKS:
            return MARKS[wish.act] in self.state_between(payment_id, wish.started, wish.ended)
        if wish.act == "delete":
            return "" in self.state_between(payment_id, wish.started, wish.ended)
        is_there = bool(self.of_wish[wish.key])
        return is_there or any(
            line.outcome in {"already", "done"} for line in self._lines_of(wish, payment_id)
        )

    def _touched(self, wish: Wish) -> set[int]:
        ran = [run for run in self.of_wish[wish.key] if not _is_beside(run)]
        if wish.act in CREATING:
            return set(self._made_by(wish))
        if not ran:
            return set()
        if wish.act in MARKS:
            return {
                payment_id
                for payment_id in wish.payments
                if any(str(payment_id) in ran_.named for ran_ in ran)
            }
        return set(wish.payments)

    def _made_by(self, wish: Wish) -> list[int]:
        made = [run.made for run in self.of_wish[wish.key] if run.method == ADD and run.made]
        gone = {run.named for run in self.of_wish[wish.key] if run.method == DELETE}
        return [payment_id for payment_id in made if frozenset({str(payment_id)}) not in gone]

    def _left_of(self, wish: Wish) -> int:
        return len(self._made_by(wish))

    def _lines_of(self, wish: Wish, payment_id: int) -> list[Line]:
        ids = {payment_id} | ({None} if wish.act in CREATING else set())
        return [
            line
            for line in self.lines
            if line.action == wish.act
            and line.payment_id in ids
            and line.user_id == wish.user
            and wish.started - SLACK <= line.at <= max(wish.ended, wish.started) + SLACK
        ]


def renewed(renewals: Sequence[dict[str, Any]], began: float) -> tuple[Row, Row]:
    """One renewal for each pair, unless its answer never came; none before its time."""
    twice, early = Row("a refresh token used twice"), Row("renewed before it had expired")
    of_pair: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for renewal in renewals:
        if renewal["started"] >= began:
            of_pair[renewal["params"]["pair"]].append(renewal)
    for pair, uses in of_pair.items():
        twice.looked_at += 1
        early.looked_at += 1
        # After an answer that was planned to be lost nobody can know that the pair was used.
        answered = [use for use in uses if not use["params"].get("fault")]
        if len(answered) > 1 and not uses[0]["params"].get("fault"):
            times = [f"{use['started']:.2f} {use['status']}" for use in uses]
            twice.wrong.append(f"user {uses[0]['params'].get('user')}, pair {pair}: {times}")
        if not all(use["params"].get("was_expired") for use in uses):
            early.wrong.append(f"user {uses[0]['params'].get('user')}, pair {pair}")
    return twice, early


def about(wish: Wish) -> str:
    """A wish in one line."""
    words = f"{wish.act} of {wish.user}, told {wish.told or 'never'} after {wish.tries}"
    return f"{words}, {wish.started:.2f} to {wish.ended:.2f}: {wish.text[:120]} {wish.request_ids}"


def _is_of(wish: Wish, ran: Ran) -> bool:
    return (
        ran.method in wish.methods
        and ran.user == wish.user
        and (bool(ran.named & wish.ids) or _is_more_of_a_line(wish, ran))
        and _is_in_time(wish, ran)
    )


def _is_more_of_a_line(wish: Wish, ran: Ran) -> bool:
    """Whether a row that is in the payment already got more pieces: it names the line alone."""
    return wish.act == "add_items" and ran.method.endswith("setquantity")


def _nearness(wish: Wish, ran: Ran) -> tuple[bool, float]:
    """Who asked before the command ran, and the last of them."""
    return wish.started <= ran.started, wish.started


def _is_in_time(wish: Wish, ran: Ran, end: float = 0.0) -> bool:
    last = end or wish.ended or float("inf")
    return wish.started - SLACK / 10 <= ran.started <= last + SLACK / 10


def _is_beside(ran: Ran) -> bool:
    """Whether it is no change of payments: a reminder that ends with its payment."""
    return ran.method.startswith(ACTIVITY)


def _names(ran: Ran, line: Line) -> bool:
    if line.payment_id is None:
        return True
    if line.action in MARKS or line.action == "delete":
        return str(line.payment_id) in ran.named
    return True


def _changes(
    start: dict[int, str], ran: Sequence[Ran], began: float
) -> dict[int, list[tuple[float, float, str]]]:
    """Return for each payment when it came to be in which state."""
    found = {payment_id: [(0.0, began, state)] for payment_id, state in start.items()}
    for run in ran:
        if run.method == ADD and run.made:
            found.setdefault(run.made, []).append((run.started, run.finished, "N"))
        state = "" if run.method == DELETE else STATES.get(run.method)
        if state is None:
            continue
        for payment_id in (int(text) for text in run.named if text.isdecimal()):
            found.setdefault(payment_id, []).append((run.started, run.finished, state))
    return found
