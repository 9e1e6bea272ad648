"""The ledger answers only clients with its token, which no output shows."""

import json
import os
import re
import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest
from conftest import TOKEN, RunningLedger
from test_ledger_connections import answer

from ha_celery import Settings
from ha_celery.errors import SettingsError
from ha_celery.recorder import LedgerClient


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", TOKEN[:-1], "ü"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/summary?run=r", None),
        ("/events?run=r", None),
        ("/nothing", None),
        ("/stop", b'{"run": "r"}'),
        ("/confirmed", b'{"ids": ["r-000000"]}'),
    ],
)
def test_requests_without_the_token_are_refused(
    ledger: RunningLedger, path: str, body: bytes | None, token: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        ledger.ask(path, body, token=token)
    assert raised.value.code == 401
    error = json.load(raised.value)["error"]
    assert error.startswith("the token is wrong" if token else "the token is missing")
    assert "http://:TOKEN@host:port" in error
    assert not ledger.store.stopped("r")
    assert ledger.store.confirmed("r") == []


def test_a_refused_body_is_not_read_as_a_request(ledger: RunningLedger) -> None:
    body = b"GET /healthz HTTP/1.1\r\n\r\n"
    head = f"POST /stop HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    answered = answer(ledger, head + body)
    assert answered.startswith(b"HTTP/1.1 401 ")
    assert answered.count(b"HTTP/1.1") == 1


def test_probes_need_no_token(ledger: RunningLedger) -> None:
    assert ledger.ask("/healthz", token="") == {"ok": True}


@pytest.mark.parametrize("login", ["", ":wrong@"])
def test_a_client_names_the_cause_at_once(ledger: RunningLedger, login: str) -> None:
    client = LedgerClient(f"http://{login}127.0.0.1:{ledger.server.server_port}")
    with pytest.raises(ValueError, match=r"refused GET /confirmed\?run=r: the token is (missing|wrong)"):
        client.confirmed_ids("r")


def test_the_token_may_hold_any_character(ledger: RunningLedger) -> None:
    ledger.server.authorization = b"Basic OmEvOkBi"  # ":a/:@b"
    LedgerClient(f"http://:a%2F%3A%40b@127.0.0.1:{ledger.server.server_port}").confirmed(["r-000000"])
    assert ledger.store.confirmed("r") == ["r-000000"]


def test_a_ledger_without_a_token_does_not_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ha_celery.ledger", "--data", str(tmp_path), "--port", "0"]
    env = {name: value for name, value in os.environ.items() if name != "HA_CELERY_LEDGER_TOKEN"}
    ended = subprocess.run(command, env=env, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("HA_CELERY_LEDGER_TOKEN is not set. Set it to")


@pytest.mark.parametrize(
    ("url", "shown", "problem"),
    [
        ("http://ledger:8080", "'http://ledger:8080'", "it has no token"),
        ("http://:t@ledger:808O", "***", "no valid host or port"),
        ("http://:t@ledger:0", "***", "not an http:// URL"),
    ],
)
def test_a_wrong_url_is_refused_at_start(url: str, shown: str, problem: str) -> None:
    variables = {"HA_CELERY_BROKER_URL": "amqp://u:p@host/", "HA_CELERY_LEDGER_URL": url}
    with pytest.raises(SettingsError, match=re.escape(f"HA_CELERY_LEDGER_URL is {shown}: {problem}")):
        Settings.from_environment(variables)


def test_errors_and_warnings_do_not_show_the_token(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(
            {"HA_CELERY_BROKER_URL": "x", "HA_CELERY_LEDGER_URL": f"ftp://:{TOKEN}@host"}
        )
    with pytest.raises(Exception, match="no success within") as gave_up:
        LedgerClient(f"http://:{TOKEN}@127.0.0.1:1", budget=0).confirmed(["r-000000"])
    assert "ledger 127.0.0.1:1 does not answer" in caplog.text
    assert TOKEN not in caplog.text + str(refused.value) + str(gave_up.value)
