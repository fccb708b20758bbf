"""How gunicorn serves the app. The command line and GUNICORN_CMD_ARGS override what stands here.

https://docs.gunicorn.org/en/stable/settings.html
"""

import functools
import os
import pathlib
import queue
import re
import resource
import select
import shutil
import signal
import tempfile
import time
from contextlib import suppress

from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger, SafeAtoms
from gunicorn.workers.gthread import ThreadWorker

bind = "127.0.0.1:8000"

# Requests mostly wait for a portal, so threads carry the load and processes carry the cores. The
# portals of a process share its threads (b24app/bitrix/wire/shares.py): none can hold them all.
workers = int(os.environ.get("WEB_CONCURRENCY") or min(4, os.cpu_count() or 1))
threads = 128

# A process that has answered so many requests is replaced by a fresh one, and not all of them at
# the same moment: what a huge answer made it grow by is given back.
max_requests = 10_000
max_requests_jitter = 2_000

# Each worker builds its own app: a connection pool opened before the fork would be shared by all
# workers, and two of them would read each other's answers.
preload_app = False

# The heartbeat of a gthread worker goes on while requests wait, so this catches a stuck process,
# not a slow portal. A portal is given 15 seconds; leaving processes wait a little longer.
timeout = 30
graceful_timeout = 20
keepalive = 65

# What the rows of a long list come to is asked with their quantities and prices in the address.
limit_request_line = 8190

# A portal's name is looked up before any deadline of ours counts, and resolvers that say nothing
# are waited for 20 seconds and more. Two seconds for each of them; the client asks once more.
raw_env = [] if "RES_OPTIONS" in os.environ else ["RES_OPTIONS=timeout:2 attempts:1"]

# Forwarded headers are believed by the app only, and only as many as TRUSTED_PROXIES says.
forwarded_allow_ips = ""

# GET /oauth/callback carries a code in its query and browsers put whole URLs into Referer, so the
# access log has neither: address, time, method, path, status, bytes, seconds.
accesslog = "-"
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(L)s'


ODD = re.compile(r"[^!#-\[\]-~]")
KEPT_BLANKS = frozenset({"t"})


class OneLine(SafeAtoms):
    """The values of one access-log line: what a visitor sent ends neither the line nor a field.

    A path arrives decoded, so `%0a` in it would begin a line of the visitor's own.
    """

    def __init__(self, atoms):
        super().__init__({})
        self.update(atoms)

    def __getitem__(self, name):
        # Only what the line shows: all headers and the environment are here, hundreds of values.
        value = super().__getitem__(name)
        return value if name in KEPT_BLANKS else _printable(value)


def _printable(value):
    if not isinstance(value, str):
        return value
    return ODD.sub(lambda odd: "".join(f"%{one:02X}" for one in _bytes(odd[0])), value)


def _bytes(character):
    # WSGI hands over each byte of a request as one character.
    return character.encode("latin-1") if ord(character) < 256 else character.encode("utf-8")


class OneLineLogger(Logger):
    """gunicorn's logger with those values."""

    atoms_wrapper_class = OneLine


logger_class = OneLineLogger


class TakesTheLast(ThreadWorker):
    """gunicorn's worker with threads; told to end, it serves also who has connected by then.

    gunicorn leaves them in the queue of the socket, and lets more come, until its last request has
    ended; then they are cut off with what they sent, and the proxy may send no write again.
    """

    def set_accept_enabled(self, enabled):
        """Before it stops accepting for good, accept all who wait."""
        super().set_accept_enabled(enabled)
        if self.alive or enabled:
            return
        for listener in self.sockets:
            waiting = select.poll()
            waiting.register(listener, select.POLLIN)
            # Where others listen, too, they take what goes on coming.
            while self.nr_conns < self.worker_connections and waiting.poll(0):
                self.accept(listener)
            # Who comes now is refused, has sent nothing, and is sent again by the proxy.
            listener.close()


worker_class = TakesTheLast


FILES = 16_384


def on_starting(server):
    """Allow as many open files as the connections need that are kept alive.

    A process keeps some to each of the 500 portals used last, beside a thousand visitors; most
    systems allow 1,024 files at first, and more to whoever asks.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < FILES:
        server.log.warning("At most %s files may be open; %s would be enough", allowed, FILES)


def when_ready(server):
    """Let no worker end the others; say what a server that anybody can reach would suffer from."""
    server.reap_workers = functools.partial(_reap_and_go_on, server, server.reap_workers)
    addresses = server.cfg.address
    if any(not _is_local(address) for address in addresses):
        server.log.warning(
            "A thread reads a request as slowly as it is sent: %s sockets with half a request stop "
            "a process. Let only a proxy that reads whole requests reach this server, such as "
            "nginx with deploy/nginx.conf.",
            server.cfg.threads,
        )


PAUSE = 3.0
"""Seconds before a worker is tried again of which one has just failed to start."""


def _reap_and_go_on(server, reap):
    """Take note of workers that ended; one that cannot start stops nobody who serves.

    While an upgrade is installed, packages or schema lack what the code that lies there needs. A
    worker that is replaced just then, after many requests or a crash, would end all others.
    """
    try:
        reap()
    except HaltServer:
        if not any(_is_ready(worker) for worker in server.WORKERS.values()):
            raise
        server.log.warning("A worker cannot start; the others go on, and it is tried again")
        server.manage_workers = functools.partial(_manage_later, server, time.monotonic() + PAUSE)


def _manage_later(server, moment):
    if server.WORKERS and time.monotonic() < moment:
        return
    del server.manage_workers
    server.manage_workers()


def _is_local(address):
    """Whether an address is a file, or of this machine alone."""
    return isinstance(address, str | bytes) or address[0] in {"127.0.0.1", "::1", "localhost"}


COUNTS = "PROMETHEUS_MULTIPROC_DIR"

ROOM_FOR_COUNTS = {"counter": 64 * 1024, "histogram": 1024 * 1024}
"""Bytes for every figure with each of its labels, by the names of the library's files."""


def pre_fork(server, worker):
    """Give each worker a number that no other living one has: under it, it counts for /metrics.

    Files with process ids, as the library would make them, grow with every worker that ends.
    """
    if COUNTS not in os.environ:
        # Of this server alone; one that replaces it (USR2) gets a new environment and its own.
        server.counts = os.environ[COUNTS] = tempfile.mkdtemp(prefix="deal-payments-counts-")
        _hand_over(server.cfg, server.counts)
    taken = {other.number for other in server.WORKERS.values()}
    worker.number = min(set(range(len(taken) + 1)) - taken)


def post_fork(server, worker):
    """Count in a file that the others can read, before anything is counted."""
    from prometheus_client import values

    mine = f"{server.pid}-{worker.number}"
    folder = pathlib.Path(os.environ[COUNTS])
    try:
        for kind, size in ROOM_FOR_COUNTS.items():
            _make_room(server.cfg, folder / f"{kind}_{mine}.db", size)
    except OSError as error:
        worker.log.warning("This process counts for /metrics alone: %s", error)
        values.ValueClass = values.MutexValue
    else:
        values.ValueClass = values.MultiProcessValue(lambda: mine)


def _make_room(cfg, path, size):
    """Take all the room that a file of figures needs, unless an earlier worker has.

    The library makes files of holes and writes into them as memory. On a disk that is full by then
    the process is killed (SIGBUS), with all requests that it serves.
    """
    if path.exists():
        return
    # Under its name only with its room: others read these files at any moment.
    draft = path.with_suffix(".part")
    try:
        with draft.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        _hand_over(cfg, draft)
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _hand_over(cfg, path):
    """Give a file to whom the workers run as."""
    if (cfg.uid, cfg.gid) != (os.geteuid(), os.getegid()):
        os.chown(path, cfg.uid, cfg.gid)


def on_exit(server):
    """Remove what was counted: it starts at nought with the next server."""
    shutil.rmtree(getattr(server, "counts", ""), ignore_errors=True)


def post_worker_init(worker):
    """Share the threads among portals; look at once for work that an earlier process left.

    Lines of the REST log are written beside the requests from here on: the process is forked.
    """
    b24app = worker.wsgi.extensions["b24app"]
    b24app.deps.carry(worker.cfg.threads)
    b24app.deps.rest_log.write_beside()
    b24app.background.kick()
    _say_ready(worker)


START_SECONDS = 300
"""How long the old workers serve at most while new ones start: on a starved machine a start takes
a minute. gunicorn gives up none that has not said anything yet."""

ENDING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})


def on_reload(server):
    """Have the old workers serve until the new ones can: gunicorn would end them before.

    A worker takes a second to start, on a busy machine ten, and everybody would wait for it.
    """
    # gunicorn calls it once the new workers are forked, to end the surplus ones.
    server.manage_workers = functools.partial(_manage_once_ready, server, server.worker_age)


def _manage_once_ready(server, last_age):
    del server.manage_workers
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not _is_told_to_end(server):
        try:
            server.reap_workers()
        except HaltServer:
            # Later there may be nobody to go on, and the server stops.
            server.log.warning(
                "A new worker cannot start: correct it and reload; the old ones go on"
            )
        new = [worker for worker in server.WORKERS.values() if worker.age > last_age]
        if all(_is_ready(worker) for worker in new):
            break
        time.sleep(0.1)
    # Ends as many old ones as there are new ones.
    server.manage_workers()


def _is_told_to_end(server):
    """Whether a signal waits that ends the server: nobody has to start any more."""
    waiting = []
    with suppress(queue.Empty):
        while True:
            waiting.append(server.SIG_QUEUE.get_nowait())
    for number in waiting:
        server.SIG_QUEUE.put_nowait(number)
    return not ENDING.isdisjoint(waiting)


def _say_ready(worker):
    """Leave a mark in the file of the heartbeats, which the first process has open, too."""
    # Its length and no content, for which a full disk would have no room.
    os.ftruncate(worker.tmp.fileno(), 1)
    # That has changed the time by which the first process knows that this one lives.
    worker.notify()


def _is_ready(worker):
    return os.fstat(worker.tmp.fileno()).st_size > 0


def worker_exit(_server, worker):
    """Write the REST log to its end; a worker that could not start has none."""
    # Its `wsgi` is there only once it has been loaded.
    if extensions := getattr(getattr(worker, "wsgi", None), "extensions", None):
        extensions["b24app"].deps.rest_log.close()


# Nothing here is steered from outside while it runs.
control_socket_disable = True
