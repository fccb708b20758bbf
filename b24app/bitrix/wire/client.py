"""Call a portal: calls, batches, renewal of the token, retries within a deadline.

What may be repeated, and nothing else: an `expired_token` once after a renewal; a
QUERY_LIMIT_EXCEEDED after growing pauses; a request that was certainly not sent, once; a read that
got no usable answer, once. A write without a usable answer is never repeated: read back first. A
portal that makes everybody wait is asked nothing twice: its people should soon see a message.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import requests

from b24app import meters
from b24app.bitrix.command import BATCH, Command, Reference
from b24app.bitrix.log import metering
from b24app.bitrix.log.rest_log import Exchanged, RestLog
from b24app.bitrix.wire import batch
from b24app.bitrix.wire.answers import (
    Answer,
    BatchAnswer,
    batch_answer,
    decoded,
    lost_error,
    parse,
    read_envelope,
)
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.error_codes import QUERY_LIMIT
from b24app.bitrix.wire.pace import Load, Pace
from b24app.bitrix.wire.parallel import in_parallel
from b24app.bitrix.wire.reaching import Barrier, Reached, reach
from b24app.bitrix.wire.shares import Share, Shares
from b24app.bitrix.wire.transport import Lost, Received, exchange
from b24app.errors import (
    BatchRefusedError,
    NoConnectionError,
    PortalBusyError,
    PortalError,
    PortalSilentError,
    TokenExpiredError,
)

T = TypeVar("T")
S = TypeVar("S")

PAUSES = (0.5, 1.0, 2.0)
JITTER = 0.5
READ_ATTEMPT_SECONDS = 8.0
READ_ATTEMPT_PART = 2 / 3
"""A read is given up after this time, or after this part of a longer one, to ask once more."""

SHORTEST_ATTEMPT = 0.5
NEVER_REPEATED = frozenset({"ERROR_CORE", "TOO_LARGE", "NO_ROOM"})


class TokenSource(Protocol):
    """Whose token a call carries. Used from several threads at once."""

    endpoint: str
    """`https://<portal>/rest/`, as the authorization server named it."""

    share: Share
    """The share against which a request to the portal counts."""

    def current(self) -> str:
        """Return the access token to send."""
        ...

    def renew(self, rejected: str) -> str:
        """Return a token that is not `rejected`, the one the portal called expired."""
        ...


class BitrixClient:
    """Speaks to any portal over the kept-alive connections of one session."""

    def __init__(
        self,
        session: requests.Session,
        *,
        rest_log: RestLog | None = None,
        shares: Shares | None = None,
        user_agent: str = "DealPayments/1.0",
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.shares = shares or Shares(monotonic=monotonic)
        self.pace = Pace()
        self._session = session
        self._rest_log = rest_log
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": user_agent,
        }
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter

    def call(self, tokens: TokenSource, command: Command[T], deadline: Deadline) -> T:
        """Call one method and return what its command decodes, or raise its typed error."""
        answer = self._answer(tokens, command, deadline)
        return decoded(command, answer.result, answer.total, answer.next)

    def reach(self, url: str, deadline: Deadline) -> Reached | Barrier:
        """Return whether an address answers from here, for the operator's self-check."""
        return reach(self._session, url, deadline)

    def batch(
        self,
        tokens: TokenSource,
        commands: Mapping[str, Command[Any]],
        deadline: Deadline,
        *,
        halt: bool = False,
    ) -> BatchAnswer:
        """Send 1 to 50 commands in one request; the portal runs them one after the other.

        Errors of single commands are in the answer; what concerns the whole request is raised, and
        then no command ran, unless the error's `executed` says that nobody knows. A portal that
        serves no batch at all has refused each of its commands: it may also answer so with 405.
        """
        params = {"halt": int(halt), "cmd": batch.encode_all(commands)}
        is_write = any(command.is_write for command in commands.values())
        outer = replace(BATCH, params=params, is_write=is_write)
        try:
            answer = self._answer(tokens, outer, deadline, Load.of(commands.values()))
        except BatchRefusedError as error:
            return BatchAnswer(errors=dict.fromkeys(commands, error))
        return batch_answer(answer, commands, is_halted=halt)

    def side_by_side(
        self, tokens: TokenSource, commands: Mapping[str, Command[Any]], deadline: Deadline
    ) -> dict[str, Answer | PortalError]:
        """Send single calls at the same time, at most 5 at once. Writes need an order: ValueError.

        An error of the portal stands in its command's place; what is wrong on our side is raised.
        """
        if len(commands) > 1 and any(command.is_write for command in commands.values()):
            raise ValueError("writes are not sent in parallel")

        def send_one(command: Command[Any]) -> Answer | PortalError:
            return self._answer_or_error(tokens, command, deadline)

        found = self.in_parallel(tokens, send_one, list(commands.values()))
        return dict(zip(commands, found, strict=True))

    def in_parallel(
        self, tokens: TokenSource, work: Callable[[S], T], things: Sequence[S]
    ) -> list[T]:
        """Do work that calls this portal for all in parallel, as its share of threads allows.

        Answers in their order. Threads see the caller's context. Raises PortalCrowdedError.
        """
        with self.shares.kept_place(tokens.share):
            return in_parallel(self.shares, tokens.share, work, things)

    def _answer_or_error(
        self, tokens: TokenSource, command: Command[Any], deadline: Deadline
    ) -> Answer | PortalError:
        try:
            return self._answer(tokens, command, deadline)
        except PortalError as error:
            return error

    def _answer(
        self,
        tokens: TokenSource,
        command: Command[Any],
        deadline: Deadline,
        load: Load | None = None,
    ) -> Answer:
        """Send when there is a place for the portal. Raises PortalCrowdedError if there is none.

        Pauses and renewals hold the place too: they hold a thread.
        """
        with self.shares.kept_place(tokens.share, deadline.remaining()):
            return self._persist(tokens, command, deadline, load or Load.of([command]))

    def _persist(
        self, tokens: TokenSource, command: Command[Any], deadline: Deadline, load: Load
    ) -> Answer:
        """Send until there is an answer or an error that repeating cannot heal."""
        access_token = tokens.current()
        pauses = iter(PAUSES)
        is_renewed = is_repeated = False
        while True:
            try:
                with self.shares.asking(tokens.share):
                    started = self._monotonic()
                    answer = self._attempt(tokens.endpoint, access_token, command, deadline)
                    self.pace.note(tokens.share.portal, self._monotonic() - started, load)
                    return answer
            except TokenExpiredError:
                if is_renewed:
                    raise
                is_renewed = True
                meters.RETRIES.labels("expired").inc()
                access_token = tokens.renew(access_token)
            except PortalBusyError as error:
                pause = self._pause(error, pauses, deadline)
                if pause is None:
                    raise
                meters.RETRIES.labels("limited").inc()
                self._sleep(pause)
            except (NoConnectionError, PortalSilentError) as error:
                is_late = deadline.remaining() < SHORTEST_ATTEMPT
                is_silent = self.shares.is_silent(tokens.share.portal)
                if is_repeated or is_late or is_silent or not _may_repeat(error, command):
                    raise
                meters.RETRIES.labels("lost").inc()
                is_repeated = True

    def _pause(
        self, error: PortalBusyError, pauses: Iterator[float], deadline: Deadline
    ) -> float | None:
        """Return how long to wait before the next try; None where there is none."""
        pause = next(pauses, None)
        if error.code.upper() != QUERY_LIMIT or pause is None:
            return None
        pause *= 1 + JITTER * self._jitter()
        return pause if pause + SHORTEST_ATTEMPT <= deadline.remaining() else None

    def _attempt(
        self, endpoint: str, access_token: str, command: Command[Any], deadline: Deadline
    ) -> Answer:
        request = requests.Request(
            "POST",
            endpoint + command.method,
            headers=self._headers,
            data=_body(command, access_token),
        )
        patience = max(READ_ATTEMPT_SECONDS, deadline.remaining() * READ_ATTEMPT_PART)
        limit = deadline if command.is_write else deadline.at_most(patience)
        started = self._monotonic()
        outcome = exchange(self._session, request, limit)
        payload = parse(outcome.body) if isinstance(outcome, Received) else None
        self._log(endpoint, access_token, command, outcome, payload, self._monotonic() - started)
        if isinstance(outcome, Lost):
            raise lost_error(command.method, outcome)
        return read_envelope(command, outcome, payload, request.url)

    def _log(
        self,
        endpoint: str,
        access_token: str,
        command: Command[Any],
        outcome: Received | Lost,
        payload: Mapping[str, object] | None,
        seconds: float,
    ) -> None:
        exchanged = Exchanged.of(
            endpoint, command.method, command.params, outcome, payload, seconds, (access_token,)
        )
        metering.keep(self._rest_log, exchanged)


def _body(command: Command[Any], access_token: str) -> bytes:
    params = {**command.params, "auth": access_token}
    if _holds_reference(command.params):
        raise ValueError(f"{command.method}: a reference means something in a batch only")
    return json.dumps(params, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _holds_reference(value: object) -> bool:
    if isinstance(value, str):
        # First: the commands of a batch are texts, and whether one is a mapping is a long question.
        return False
    if isinstance(value, Mapping):
        return any(_holds_reference(entry) for entry in value.values())
    return isinstance(value, Reference)


def _may_repeat(error: PortalError, command: Command[Any]) -> bool:
    if isinstance(error, NoConnectionError):
        return True
    return not command.is_write and error.code.upper() not in NEVER_REPEATED
