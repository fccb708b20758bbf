"""Make network connections whose answers end in time, headers included.

A socket's timeout starts again with every byte, so a server that sends one byte a second is never
late. Here the timeout of a request bounds the whole answer: each read gets what is left of it.
Nor may a server send headers without end: a hundred of them could hold six megabytes. And whoever
runs a server also says what addresses it has: each of hundreds would be tried for as long as one.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util import Timeout
from urllib3.util.connection import allowed_gai_family

MAX_HEADER_BYTES = 64 * 1024
SILENT_ADDRESSES = 2
"""All addresses of a name together are tried for as long as so many that say nothing: one may stand
before one that answers, as where only one of both kinds of addresses leads anywhere."""


class BoundedReader(io.RawIOBase):
    """Reads a socket until `seconds` have passed, then raises TimeoutError.

    `most` bytes may come while it is set; then OSError is raised.
    """

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, seconds: float) -> None:
        super().__init__()
        self._sock = sock
        self._raw = raw
        self._end = time.monotonic() + seconds
        self.most: int | None = None

    def readable(self) -> bool:
        """Return True, as io.BufferedReader asks."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Read what has arrived into `buffer`."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        if self.most is not None:
            self.most -= count or 0
            if self.most < 0:
                raise OSError("the headers of the answer are too long")
        return count

    def close(self) -> None:
        """Close the reader of the socket too: it counts who still uses the socket."""
        super().close()
        self._raw.close()


class BoundedResponse(http.client.HTTPResponse):
    """An answer that ends within the socket's timeout at its beginning."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._reader: BoundedReader | None = None
        seconds = sock.gettimeout()
        if seconds is not None:
            self._reader = BoundedReader(sock, self.fp.detach(), seconds)
            self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        """Read the headers."""
        if self._reader is None:
            return super().begin()
        # What comes with them is a part of the body, a buffer's length at most.
        self._reader.most = MAX_HEADER_BYTES + io.DEFAULT_BUFFER_SIZE
        super().begin()
        self._reader.most = None
        return None


class _Connection(HTTPConnection):
    response_class = BoundedResponse

    def _new_conn(self) -> socket.socket:
        name, end = self._dns_host, time.monotonic() + SILENT_ADDRESSES * float(self.timeout or 0)
        try:
            for address in self._addresses():
                self._dns_host = address
                try:
                    return super()._new_conn()
                except (ConnectTimeoutError, NewConnectionError) as error:
                    failure = error
                if time.monotonic() >= end:
                    break
        finally:
            self._dns_host = name
        raise failure

    def _addresses(self) -> list[str]:
        """Return what the name stands for. Raises NameResolutionError."""
        family, kind = allowed_gai_family(), socket.SOCK_STREAM
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, family, kind)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        return [str(address[0]) for *_, address in found]


class _SecureConnection(_Connection, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class BoundedAdapter(HTTPAdapter):
    """The adapter of requests, with connections whose answers end in time."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools as requests does, of our connections."""
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send as requests does. Of the time for the answer, that for connecting is a part."""
        if isinstance(kwargs.get("timeout"), tuple):
            connect, read = kwargs["timeout"]
            kwargs["timeout"] = Timeout(connect=connect, read=read, total=read)
        return super().send(*args, **kwargs)
