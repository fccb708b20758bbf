"""People at work: they read, write, press twice, and press again where the connection was cut."""

from __future__ import annotations

import json
import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import requests

from tools.attack.two_portals import ADMIN, MANAGER, Party
from tools.fire.acts import ACTS, NEW, Kind
from tools.fire.desk import Desk, Pool
from tools.fire.ledger import Ledger, Sending, Wish, now

CARD = 8061
OTHERS = ((8062, 2), (8064, 2), (8066, 2), (512, 31))
READS = (
    "/payments/allocation", "/payments/export.csv", "/payments/new", "/payments/rest",
    "/payments/{0}/history", "/payments/{0}/details", "/payments/{0}/link", "/payments/{0}/items",
    "/payments/{0}/send", "/payments/{0}/reminder", "/payments/details?ids={0}&rows=11",
    "/payments/{0}/deliveries", "/payments/{0}/system", "/payments/many/list.csv?ids={0}",
)  # fmt: skip
UNCHANGED = re.compile(
    r"[Nn]othing was (changed|added|billed|created|shown or changed|saved)|Not saved"
    r"|No payment was created|was not (marked|deleted|changed)"
)
TOLD = ("nothing", "unknown", "done")
PRESSES = 4
ASKS_AGAIN = 4
ABANDONED_SECONDS = 125.0


class Crew:
    """Everybody who works on one portal, and what they have to come back to."""

    def __init__(self, party: Party, ledger: Ledger, seed: int, people: int) -> None:
        self._party, self._ledger, self._seed, self._people = party, ledger, seed, people
        self._pool = Pool()
        self._creating = threading.Lock()
        self._is_over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._late: list[tuple[Wish, Sending, Desk]] = []

    def start(self) -> None:
        """Let them begin."""
        for number in range(self._people):
            rng = Random(f"{self._seed} {number}")  # noqa: S311 - a repeatable choice, no secret.
            thread = threading.Thread(target=self._work, args=(number, rng), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let everybody finish what they are at."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(180)

    @property
    def late(self) -> int:
        """How many requests were still running when they were asked about again."""
        return len(self._late)

    def come_back(self) -> None:
        """Press once more, when a request that was cut off counts as given up."""
        for wish, sending, desk in self._late:
            wait = wish.started + ABANDONED_SECONDS - now()
            if wait > 0:
                threading.Event().wait(wait)
            desk.open()
            self._press(wish, sending, desk, presses=PRESSES)
            self._end(wish)

    def wait_until_given_up(self) -> None:
        """Wait until whatever nobody knows the end of counts as given up."""
        open_ones = [wish.ended or wish.started for wish in self._ledger.wishes if _is_open(wish)]
        wait = max(open_ones, default=0.0) + ABANDONED_SECONDS - now()
        if wait > 0:
            threading.Event().wait(wait)

    def _work(self, number: int, rng: Random) -> None:
        user = (MANAGER, ADMIN)[number % 2]
        card, kind = OTHERS[number // 2 % len(OTHERS)] if number % 5 == 4 else (CARD, 2)
        desk = Desk(self._party, self._ledger, user, card, kind)
        desk.open()
        states: dict[int, str] = {}
        while not self._is_over.wait(rng.uniform(0.05, 0.6)):
            if not desk.token or rng.random() < 0.02:
                desk.open()
            if card != CARD or not states or rng.random() < 0.5:
                states = desk.see(refresh=rng.random() < 0.3) or states
                if states and rng.random() < 0.5:
                    desk.get(rng.choice(READS).format(rng.choice(sorted(states))))
            else:
                self._act(desk, rng, states)

    def _act(self, desk: Desk, rng: Random, states: dict[int, str]) -> None:
        kind = rng.choices(ACTS, [act.weight for act in ACTS])[0]
        if kind.state == NEW:
            with self._creating:
                self._carry_out(desk, rng, kind, [])
            return
        wanted = [payment_id for payment_id, state in sorted(states.items()) if state == kind.state]
        taken = self._pool.take(rng, wanted, rng.randint(1, kind.most))
        if not taken:
            return
        if not self._carry_out(desk, rng, kind, taken):
            self._pool.give_back(taken)

    def _carry_out(self, desk: Desk, rng: Random, kind: Kind, payments: list[int]) -> bool:
        """Return whether the payments stay reserved: nobody knows yet what became of them."""
        sending = kind.act(desk, rng, payments)
        if sending is None:
            return False
        ids = sending.ids | {str(payment_id) for payment_id in payments}
        wish = Wish(
            sending.act, sending.methods, desk.card, tuple(payments), frozenset(ids), desk.user,
            secrets.token_hex(16), now(),
        )  # fmt: skip
        with self._ledger.lock:
            self._ledger.wishes.append(wish)
        if rng.random() < 0.2 and not sending.is_many:
            with ThreadPoolExecutor(2) as pool:
                for press in [pool.submit(self._press, wish, sending, desk) for _ in range(2)]:
                    press.result()
        else:
            self._press(wish, sending, desk)
        if wish.told:
            self._end(wish)
            return False
        with self._ledger.lock:
            self._late.append((wish, sending, desk))
        return True

    def _end(self, wish: Wish) -> None:
        wish.ended = now()
        self._pool.give_back(wish.payments)

    def _press(self, wish: Wish, sending: Sending, desk: Desk, presses: int = PRESSES) -> None:
        """Send it until there is a definite answer, as a person would who presses again."""
        asked = 0
        while presses > 0:
            # As the page: a key that it has sent, and that got no definite answer, is a repetition.
            is_repeated, wish.is_sent = wish.is_sent, True
            answer = desk.write(sending, wish.key, is_repeated=is_repeated)
            if answer is None:
                wish.tries.append("cut")
                presses -= 1
                threading.Event().wait(1.0)
            elif _is_running(answer):
                wish.tries.append("running")
                asked += 1
                if asked > ASKS_AGAIN:
                    return
                threading.Event().wait(2.0)
            elif sending.is_many and "data-goes-on" in answer.text and answer.status_code == 200:
                wish.tries.append("goes on")
                desk.note_rows(wish.started, answer.text)
            else:
                self._told(wish, sending, desk, answer)
                return

    def _told(self, wish: Wish, sending: Sending, desk: Desk, answer: requests.Response) -> None:
        told = _told(answer)
        desk.note_rows(wish.started, answer.text)
        with self._ledger.lock:
            wish.tries.append(str(answer.status_code))
            wish.request_ids.append(answer.headers.get("X-Request-Id", ""))
            # Of two presses at once the one that was told more counts: "nothing was changed" is
            # true of the one that came to nothing, whatever became of the other.
            if not wish.told or TOLD.index(told) > TOLD.index(wish.told):
                wish.told = told
                wish.text = said(answer.text)
            if sending.is_many:
                wish.well = _settled(answer)
                wish.told = "done" if len(wish.well) == len(wish.payments) else "unknown"


def _is_open(wish: Wish) -> bool:
    return wish.told not in {"done", "nothing"}


def said(text: str) -> str:
    """The words of an answer's toast, or of the page itself."""
    found = re.findall(r'class="toast[^"]*"[^>]*>.*?<p>(.*?)</p>', text, re.DOTALL)
    words = re.sub(r"<[^>]+>", "", " ".join(found) or text)
    return " ".join(words.split())[:200]


def _is_running(answer: requests.Response) -> bool:
    """Whether the page keeps the key and asks again."""
    is_told_to_wait = answer.status_code == 409 and "Retry-After" in answer.headers
    return is_told_to_wait or answer.status_code == 401


def _told(answer: requests.Response) -> str:
    if answer.status_code == 200:
        return "done"
    return "nothing" if UNCHANGED.search(answer.text) else "unknown"


def _settled(answer: requests.Response) -> tuple[int, ...]:
    try:
        trigger = json.loads(answer.headers.get("HX-Trigger", "{}"))
    except ValueError:
        return ()
    return tuple(
        int(payment_id) for payment_id in trigger.get("payments-settled", {}).get("ids", ())
    )
