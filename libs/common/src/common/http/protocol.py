"""How much may a client send before its headers are complete? uvicorn over httptools keeps all of it; here it ends.

The edge refuses a complete block over 64 KiB with a problem; this guards the memory against one that never completes.
"""

import json
from http import HTTPStatus
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common.http.problems import MEDIA_TYPE, TYPE_PREFIX

MAX_UNFINISHED: Final = 320 * 1024
"""64 KiB of headers and one read of the socket, which may hold the body's start."""


class BoundedProtocol(HttpToolsProtocol):
    """httptools with a bound on an unfinished header block, and problems where uvicorn answers in plain text."""

    _unfinished = 0
    _in_headers = True

    def data_received(self, data: bytes) -> None:
        """Count what arrives while a header block is incomplete."""
        if self._in_headers:
            self._unfinished += len(data)
            if self._unfinished > MAX_UNFINISHED:
                self._refuse(431, "headers_too_large", "The header block does not end: send less in headers.")
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Stop counting: the body has its own limit."""
        self._in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Count again: the next request on this connection begins."""
        self._in_headers, self._unfinished = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._refuse(400, "not_http", msg)

    def _refuse(self, status: int, code: str, detail: str) -> None:
        if self.transport.is_closing():
            return
        title = HTTPStatus(status).phrase
        problem = {"type": TYPE_PREFIX + code, "title": title, "status": status, "detail": detail}
        body = json.dumps(problem | {"code": code, "message": detail, "errors": []}).encode()
        head = (
            f"HTTP/1.1 {status} {title}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
