"""The seam of the tests: WSGI applications answer the real client, without a socket."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection
from urllib3.response import HTTPResponse
from werkzeug.test import Client

from b24app.simulator.portal_state.faults import ConnectionCutError, SilentServerError


class WSGIAdapter(BaseAdapter):
    """Routes by host. A host nobody serves refuses the connection, as a closed port does.

    `wait` is told how many seconds a client waits for a server that says nothing.
    """

    def __init__(self, applications, wait=lambda _seconds: None):
        super().__init__()
        self.wait = wait
        self.clients = {host: Client(app) for host, app in applications.items()}
        self.sent = []

    def send(self, request, *_options, timeout=None, **_more_options):
        self.sent.append(request.url)
        parts = urlsplit(request.url)
        client = self.clients.get(parts.netloc)
        if client is None:
            raise requests.exceptions.ConnectionError(
                urllib3.exceptions.NewConnectionError(HTTPConnection(parts.netloc), "refused")
            )
        body = request.body or b""
        try:
            answer = client.open(
                path=parts.path,
                query_string=parts.query,
                method=request.method,
                headers=list(request.headers.items()),
                input_stream=None,
                data=body,
                base_url=f"{parts.scheme}://{parts.netloc}",
            )
            content = answer.get_data()
        except ConnectionCutError:
            raise requests.exceptions.ConnectionError("closed without an answer") from None
        except SilentServerError:
            self.wait(timeout[1])
            raise requests.exceptions.ReadTimeout("silent") from None
        return self._response(request, answer, content)

    def _response(self, request, answer, content):
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers = CaseInsensitiveDict(answer.headers)
        response.request = request
        response.url = request.url
        response.raw = HTTPResponse(
            body=io.BytesIO(content),
            headers=dict(answer.headers),
            status=answer.status_code,
            preload_content=False,
        )
        return response

    def close(self):
        self.clients.clear()
