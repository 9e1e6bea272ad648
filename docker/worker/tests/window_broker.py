"""A simulated broker for `ConfirmedPublisher`."""

from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from amqp.basic_message import Message
from amqp.spec import Basic

IDS = [f"r-{number}" for number in range(25)]


class Broker:
    """Answers what one connection after the other publishes, as each connection's script says."""

    def __init__(self, *scripts: Callable[["Link"], None]) -> None:
        self.scripts = list(scripts)
        self.links: list[Link] = []

    def connect(self) -> Any:
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        link = Link(script)
        self.links.append(link)
        return link.connection

    @property
    def received(self) -> list[str]:
        return [task_id for link in self.links for task_id in link.sent]


class Link:
    def __init__(self, script: Callable[["Link"], None]) -> None:
        self.unsent: list[str] = []
        self.sent: list[str] = []
        self.writes: list[int] = []
        self.answered = 0
        self.channel = MagicMock()
        self.channel.events = defaultdict(set)
        self.channel.basic_publish.side_effect = self._publish
        self.raw = MagicMock(alarm=None)
        self.connection = MagicMock()
        self.connection.clone.return_value = self.connection
        self.connection.transport_options = {"confirm_publish": True}
        self.connection.connect_timeout = 10
        self.connection.channel.side_effect = self._open
        self.connection.connection = self.raw
        self.connection.drain_events.side_effect = lambda timeout: script(self)
        self.channel.connection.client = self.connection

    def _open(self) -> Any:
        transport = SimpleNamespace(write=lambda frames: self.write(frames))
        raw = SimpleNamespace(frame_max=131_072, bytes_sent=0)
        self.channel.connection.frame_writer = self.connection.transport_options["frame_writer"](
            raw, transport
        )
        return self.channel

    def _publish(self, message: Message, **options: Any) -> None:
        assert options["mandatory"] is True
        self.unsent.append(message.properties["correlation_id"])
        self.channel.connection.frame_writer(1, 1, Basic.Publish, b"", message)

    def write(self, frames: bytes) -> None:
        assert frames
        self.sent += self.unsent
        self.writes.append(len(self.unsent))
        self.unsent.clear()

    def answer(self, event: str, *args: Any) -> None:
        for handler in self.channel.events[event]:
            handler(*args)

    def ack_all(self) -> None:
        self.answered = len(self.sent)
        self.answer("basic_ack", len(self.sent), True)
