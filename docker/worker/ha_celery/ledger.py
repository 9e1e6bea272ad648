"""Counts tasks outside RabbitMQ: the ids that were confirmed to the publisher, and every execution.

python -m ha_celery.ledger --data /data --port 8080

Requires the variable HA_CELERY_LEDGER_TOKEN. Clients send the token as password (basic authentication):
http://:TOKEN@HOST:8080
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ha_celery.ledger_store import Execution, Start, Store, authorization

LARGEST_BODY = 16 * 1024 * 1024
#: A client has this long to send a request and to read the answer.
REQUEST_SECONDS = 30.0
#: A connection without a request is closed after this time. Clients connect again.
IDLE_SECONDS = 300.0
#: Further connections are closed at once; their clients try again.
MOST_CONNECTIONS = 1000


class BadRequestError(ValueError):
    """Invalid request that a retry cannot fix."""

    def __init__(self, text: str, status: int = 400) -> None:
        """Answers with this status."""
        super().__init__(text)
        self.status = status


class Ledger(ThreadingHTTPServer):
    """HTTP server with one thread per client connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, store: Store, port: int, token: str, host: str = "") -> None:
        """Listens on all addresses unless a host is given."""
        super().__init__((host, port), Handler)
        self.store = store
        self.authorization = authorization(token).encode()
        #: Time until which each connection has to act.
        self.deadlines: dict[socket.socket, float] = {}

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - Python's signature
        """Limits the number of connections."""
        return len(self.deadlines) < MOST_CONNECTIONS

    def service_actions(self) -> None:
        """Cuts connections that are too slow; the server calls this twice a second."""
        now = time.monotonic()
        for connection, deadline in list(self.deadlines.items()):
            if deadline < now:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints no traceback for a connection that was cut."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One keep-alive client connection."""

    server: Ledger
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # One packet for headers and body.
    wbufsize = -1

    def setup(self) -> None:
        """Limits the wait for the first request."""
        super().setup()
        self._allow(IDLE_SECONDS)

    def handle_one_request(self) -> None:
        """Waits for a request, and answers it."""
        self._allow(IDLE_SECONDS)
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Reads the headers; the request has begun."""
        self._allow(REQUEST_SECONDS)
        return super().parse_request()

    def finish(self) -> None:
        """Forgets the connection's deadline."""
        self.server.deadlines.pop(self.connection, None)
        super().finish()

    def _allow(self, seconds: float) -> None:
        self.server.deadlines[self.connection] = time.monotonic() + seconds

    def do_POST(self) -> None:
        """Answers after the data is stored, so that a client can rely on the answer."""
        store = self.server.store
        routes = {
            "/confirmed": lambda: _confirm(store, self._body()),
            "/started": lambda: store.add_started(_start(self._body())),
            "/executions": lambda: store.add_executions(_executions(self._body())),
            "/results": lambda: store.set_result(*_result(self._body())),
            "/stop": lambda: store.stop(_run(_text(self._body(), "run"))),
        }
        self._answer(routes, urlsplit(self.path).path)

    def do_GET(self) -> None:
        """Answers a query about one run, or about one result."""
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        run, key = query.get("run", [""])[0], query.get("key", [""])[0]
        store = self.server.store
        routes = {
            "/confirmed": lambda: {"ids": store.confirmed(_run(run))},
            "/summary": lambda: store.summary(_run(run)),
            "/missing": lambda: store.missing(_run(run)),
            "/events": lambda: store.events(_run(run)),
            "/results": lambda: {"value": store.result(key)},
            "/healthz": lambda: {"ok": store.check()},
        }
        self._answer(routes, url.path)

    def _answer(self, routes: dict[str, Any], path: str) -> None:
        try:
            self._check(routes, path)
            result = routes[path]()
        except BadRequestError as error:
            self._reply(error.status, {"error": str(error)})
        except Exception as error:
            # Such as a full disk; the client retries until the data is stored.
            self.log_error("%s %s failed: %r", self.command, path, error)
            self._reply(503, {"error": repr(error)})
        else:
            self._reply(200 if result is not None else 204, result)

    def _check(self, routes: dict[str, Any], path: str) -> None:
        """Refuses a request without its body, which is not read."""
        given = self.headers.get("Authorization", "")
        # Probes have no token.
        if path != "/healthz" and not hmac.compare_digest(given.encode(), self.server.authorization):
            self.close_connection = True
            what = "the token is wrong" if given else "the token is missing"
            raise BadRequestError(f"{what}. Use http://:TOKEN@host:port with the token of its Secret", 401)
        if path not in routes:
            self.close_connection = True
            raise BadRequestError(f"unknown path: {path}. Known paths: {', '.join(routes)}", 404)

    def _body(self) -> Any:
        length = self._length()
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            raise BadRequestError(f"body of {len(body)} bytes instead of {length}")
        try:
            return json.loads(body)
        except ValueError as error:
            raise BadRequestError(f"body is not JSON: {error}") from error

    def _length(self) -> int:
        """Returns the length of the body. Without a valid one, the next request cannot be found."""
        text = self.headers.get("Content-Length", "")
        # Python converts at most 4,300 digits.
        if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_BODY:
            return int(text)
        self.close_connection = True
        if not text:
            raise BadRequestError("Content-Length is missing", 411)
        status = 413 if text.isdigit() else 400
        raise BadRequestError(f"Content-Length is {text[:40]!r}; the limit is {LARGEST_BODY}", status)

    def _reply(self, status: int, result: Any) -> None:
        body = b"" if result is None else json.dumps(result).encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing, because thousands of lines would hide the important ones."""


def _run(name: str) -> str:
    if not name:
        raise BadRequestError("the run is missing; add ?run=run-1")
    return name


def _text(body: Any, name: str) -> str:
    value = body.get(name, "") if isinstance(body, dict) else ""
    return value if isinstance(value, str) else ""


def _confirm(store: Store, body: Any) -> dict[str, bool]:
    """Stores confirmed ids; the answer tells the publisher whether to stop its run."""
    ids = body.get("ids") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not all(isinstance(task_id, str) for task_id in ids):
        raise BadRequestError('expected {"ids": ["run-1-000000", ...]}')
    at = body.get("at") or [None] * len(ids)
    if not isinstance(at, list) or len(at) != len(ids):
        raise BadRequestError('expected {"ids": [...], "at": [...]} of the same length')
    if not all(time is None or isinstance(time, int | float) for time in at):
        raise BadRequestError('expected {"ids": [...], "at": [1700000000.123, ...]}')
    store.add_confirmed(list(zip(ids, at, strict=True)))
    run = _text(body, "run") or (ids[0].rpartition("-")[0] if ids else "")
    return {"stop": store.stopped(run)}


def _result(body: Any) -> tuple[str, str]:
    key, value = _text(body, "key"), _text(body, "value")
    if not key or not value:
        raise BadRequestError('expected {"key": "...", "value": "..."}')
    return key, value


def _start(body: Any) -> Start:
    try:
        return Start(
            id=str(body["id"]),
            attempt=int(body["attempt"]),
            worker=str(body["worker"]),
            at=float(body["at"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequestError(f'expected {{"id", "attempt", "worker", "at"}}: {error!r}') from error


def _executions(body: Any) -> list[Execution]:
    return [_execution(one) for one in body] if isinstance(body, list) else [_execution(body)]


def _execution(body: Any) -> Execution:
    try:
        return Execution(
            id=str(body["id"]),
            attempt=int(body["attempt"]),
            worker=str(body["worker"]),
            started=float(body["started"]),
            finished=float(body["finished"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequestError(
            f'expected {{"id", "attempt", "worker", "started", "finished"}}: {error!r}'
        ) from error


def main(arguments: list[str] | None = None) -> None:
    """Serves until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m ha_celery.ledger", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args(arguments)
    token = os.environ.get("HA_CELERY_LEDGER_TOKEN", "")
    if not token:
        sys.exit("HA_CELERY_LEDGER_TOKEN is not set. Set it to a random text, which clients then send.")
    # As process 1 of a container, Python ignores the signal by default.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        store = Store(options.data)
    except OSError as error:
        sys.exit(f"--data {options.data} cannot be used: {error}. Specify a folder that is writable.")
    with Ledger(store, options.port, token) as server:
        print(f"ledger listens on port {server.server_port}, data in {options.data}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
