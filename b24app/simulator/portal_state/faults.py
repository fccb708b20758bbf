"""Faults on demand: what a portal, or the network before it, does when it fails.

A fault hits one REST method (alone or inside a batch), the whole `batch`, every method (`*`), or
the authorization server (`oauth/token`, `oauth/app.info`), a set number of times, after a number
of calls that it spares. Kinds:

answers instead of executing (inside a batch: the error of that command)
  busy               QUERY_LIMIT_EXCEEDED, 503
  operation_limit    OPERATION_TIME_LIMIT, 429
  denied             the refusal of the present server generation
  false, null        `result: false` / `result: null`, status 200
  error_500          INTERNAL_SERVER_ERROR, 500
  unexpected         ERROR_UNEXPECTED_ANSWER, 500
  expired_token      expired_token, 401 (inside a batch: the whole batch, and nothing runs)
  invalid_token      invalid_token, 401 (likewise)
  no_oauth           CONNECTION_ERROR, 401: the portal cannot reach the server (likewise)
  portal_deleted     PORTAL_DELETED (likewise)
  batch_not_allowed  ERROR_BATCH_METHOD_NOT_ALLOWED (inside a batch only, or of the whole `batch`)
executes and answers wrongly
  done_false, done_null  `result: false` / `result: null`, status 200, although it was executed
  done_thrown, done_argument  `0` or `100` with the words of an exception that came after the write
breaks the HTTP answer (inside a batch: commands before it ran, the whole answer is broken)
  html               not executed, HTML with status 502
  redirect           not executed, 302 to another host with an empty body
  invalid_json       executed, but the body is cut in the middle
  wrong_encoding     executed, but WRONG_ENCODING comes instead of the body, with status 200
  emptied            executed, but the answer, or each part of a batch's, is empty
  huge               executed, but 25 MB of white space come before the body
  trickle            executed, but the body comes one byte a second
breaks the connection
  close_before       not executed, connection closed
  silent             not executed, nothing for `seconds`, then closed
  slow               executed and answered after `seconds`
  lost               executed, then the connection is closed without an answer
  lost_html          executed, then HTML with status 504
  lost_silent        executed, then nothing for `seconds`, then closed

Without a socket (the WSGI application called in process) a closed connection is raised out of the
WSGI call as `ConnectionCutError`, and silence as `SilentServerError`: a test adapter turns the
first into requests.ConnectionError and the second into requests.ReadTimeout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

WHOLE_BATCH = ("expired_token", "invalid_token", "no_oauth", "portal_deleted")
ANSWERED = (
    "busy", "operation_limit", "denied", "false", "null", "error_500", "unexpected",
    *WHOLE_BATCH, "batch_not_allowed",
)  # fmt: skip
BROKEN_BEFORE = ("html", "redirect", "close_before", "silent")
MISREPORTED = ("done_false", "done_null", "done_thrown", "done_argument")
# These leave the answer whole until it is sent; the others end a batch where they hit.
SPOILED = ("invalid_json", "wrong_encoding", "emptied", "huge", "trickle", "slow")
BROKEN_AFTER = (*SPOILED, "lost", "lost_html", "lost_silent")
KINDS = (*ANSWERED, *MISREPORTED, *BROKEN_BEFORE, *BROKEN_AFTER)
DEFAULT_SECONDS = 30.0


class ConnectionCutError(ConnectionError):
    """The server closed the connection without an answer (in-process calls only)."""


class SilentServerError(TimeoutError):
    """The server says nothing until the client gives up (in-process calls only)."""


@dataclass
class Fault:
    """One planned fault; `times` counts down, `seconds` is for the silent and slow kinds.

    `after` counts down first: so many calls are spared.
    """

    method: str
    kind: str
    times: int = 1
    seconds: float = DEFAULT_SECONDS
    after: int = 0

    @property
    def is_answered(self) -> bool:
        """Return whether a REST answer comes instead of the execution."""
        return self.kind in ANSWERED

    @property
    def executes(self) -> bool:
        """Return whether the method runs although the answer is broken or untrue."""
        return self.kind in BROKEN_AFTER or self.is_misreported

    @property
    def is_misreported(self) -> bool:
        """Return whether the answer denies an execution that took place."""
        return self.kind in MISREPORTED


@dataclass
class Deed:
    """What somebody does just before a method runs, once; `after` counts down first.

    `is_late`: the method has loaded what it needs by then, and saves it afterwards.
    """

    method: str
    act: Callable[[], object]
    after: int = 0
    is_late: bool = False


@dataclass
class FaultPlan:
    """The faults and deeds waiting to happen, first come first served."""

    faults: list[Fault] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)

    def add(
        self,
        method: str,
        kind: str,
        times: int = 1,
        seconds: float = DEFAULT_SECONDS,
        after: int = 0,
    ) -> Fault:
        """Plan a fault; raise ValueError for an unknown kind."""
        if kind not in KINDS:
            message = f"Unknown fault kind {kind!r}. Known: {', '.join(KINDS)}."
            raise ValueError(message)
        fault = Fault(method.lower(), kind, times, seconds, after)
        self.faults.append(fault)
        return fault

    def before(self, method: str, act: Callable[[], object], after: int = 0) -> None:
        """Plan a deed, for callers in this process: `act` may call the portal itself."""
        self.deeds.append(Deed(method.lower(), act, after))

    def during(self, method: str, act: Callable[[], object], after: int = 0) -> None:
        """Plan a deed between the loading and the saving of a method."""
        self.deeds.append(Deed(method.lower(), act, after, is_late=True))

    def take(self, method: str, *, in_batch: bool = False) -> Fault | None:
        """Return the fault that hits this call, used up by one; None when there is none.

        What was to happen before this call happens first, and may plan a fault for it.
        """
        for act in self.take_deeds(method):
            act()
        for fault in self.faults:
            if fault.method not in (method, "*"):
                continue
            if fault.kind == "batch_not_allowed" and not in_batch and fault.method != "batch":
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            return fault
        return None

    def take_deeds(self, method: str, *, is_late: bool = False) -> list[Callable[[], object]]:
        """Return what is to be done now. It is not planned any more: its own calls come here."""
        due: list[Callable[[], object]] = []
        for deed in list(self.deeds):
            if (deed.method, deed.is_late) != (method, is_late):
                continue
            if deed.after > 0:
                deed.after -= 1
                continue
            self.deeds.remove(deed)
            due.append(deed.act)
        return due

    def take_whole_batch(self, methods: set[str]) -> Fault | None:
        """Return the fault of a command that fails its whole batch before anything runs."""
        for fault in self.faults:
            if fault.kind in WHOLE_BATCH and fault.method in methods:
                return self.take(fault.method, in_batch=True)
        return None

    def clear(self) -> None:
        """Plan nothing any more."""
        self.faults.clear()
        self.deeds.clear()
