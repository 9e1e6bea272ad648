import io
import urllib.error
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from ha_celery.drill import guard
from ha_celery.drill.guard import Silence, undo

HOLDER = "ann@laptop/drain-1"


def lease(renewed: str, holder: str = HOLDER) -> dict[str, Any]:
    return {"spec": {"holderIdentity": holder, "renewTime": renewed}}


class Answers:
    """An API that answers with these statuses, one after the other; 0 is no answer."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self.sent: list[str] = []

    def send(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        self.sent.append(f"{method} {path}")
        status = self._statuses.pop(0)
        if status == 0:
            raise urllib.error.URLError("no route")
        if status >= 400:
            raise urllib.error.HTTPError(path, status, "", Message(), io.BytesIO())
        return {}


def test_a_command_that_renews_its_lease_is_not_silent() -> None:
    silence = Silence(HOLDER)
    for renewed in ("1", "1", "1", "2"):
        silence.count(lease(renewed))
    assert silence.seconds == 0


@pytest.mark.parametrize("seen", [lease("1"), lease("9", "bob@desk/drain-2"), {}])
def test_silence_is_the_time_in_which_the_lease_was_seen_without_a_renewal(seen: dict[str, Any]) -> None:
    silence = Silence(HOLDER)
    silence.count(lease("1"))
    for _ in range(9):
        assert silence.seconds < guard.SILENT_SECONDS
        silence.count(seen)
    assert silence.seconds == guard.SILENT_SECONDS


def test_each_change_is_undone_in_order_and_what_is_left_is_returned() -> None:
    first = [{"method": "PATCH", "path": "/node"}, {"method": "DELETE", "path": "/role"}]
    second = [{"method": "DELETE", "path": "/namespace"}]
    api = Answers(200, 500, 0)
    assert undo(api, [first, second]) == [first[1:], second]  # type: ignore[arg-type]
    assert api.sent == ["PATCH /node", "DELETE /role", "DELETE /namespace"]


@pytest.mark.parametrize("status", guard.DONE)
def test_what_is_gone_or_no_longer_marked_is_done(status: int) -> None:
    assert undo(Answers(status), [[{"method": "PATCH", "path": "/node"}]]) == []  # type: ignore[arg-type]


def test_a_conflict_ends_a_deletion_but_not_a_change() -> None:
    requests = [{"method": "DELETE", "path": "/namespace"}, {"method": "PATCH", "path": "/node"}]
    assert undo(Answers(409, 409), [requests]) == [requests[1:]]  # type: ignore[arg-type]


def test_what_keeps_it_from_reading_the_lease_is_logged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(guard.time, "sleep", lambda _: None)
    monkeypatch.setattr(guard, "WATCHING", tmp_path / "watching")
    polls = int(guard.SILENT_SECONDS / guard.POLL_SECONDS)
    # Only polls that find no Lease count as silence.
    guard.wait_for_silence(Answers(403, 0, 500, *[404] * polls), "/lease", HOLDER)  # type: ignore[arg-type]
    assert capsys.readouterr().out.splitlines() == [
        "GET /lease: 403",
        "no answer: <urlopen error no route>",
        "GET /lease: 500",
    ]
