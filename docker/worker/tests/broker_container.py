"""Brokers of their own in containers, with the image HA_CELERY_TEST_BROKER_IMAGE."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

IMAGE = os.environ.get("HA_CELERY_TEST_BROKER_IMAGE", "")
#: RabbitMQ's own entry point would change the configuration.
COMMAND = "umask 077; echo cookie > ~/.erlang.cookie; exec rabbitmq-server"


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


class BrokerContainer:
    """One broker. Its ports are published on 127.0.0.1 only."""

    def __init__(self, folder: Path, configuration: str, *options: str, ports: tuple[int, ...]) -> None:
        """Start it with these lines of rabbitmq.conf and these options of `docker run`."""
        file = folder / "test.conf"
        file.write_text(f"loopback_users = none\n{configuration}")
        volume = f"--volume={file}:/etc/rabbitmq/conf.d/90-test.conf:ro"
        published = [f"--publish=127.0.0.1::{port}" for port in ports]
        self._id = docker("run", "--detach", volume, *published, *options, IMAGE, "sh", "-c", COMMAND)
        try:
            self._await_startup()
        except BaseException:
            self.remove()
            raise

    def address(self, port: int) -> str:
        return docker("port", self._id, str(port)).splitlines()[0]

    def exec(self, *command: str) -> str:
        return docker("exec", self._id, *command)

    def rabbitmqctl(self, *arguments: str) -> str:
        return self.exec("rabbitmqctl", "--quiet", *arguments)

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self._id)

    def _await_startup(self) -> None:
        """Wait; the command itself fails until the node has registered its name."""
        deadline = time.monotonic() + 90
        while True:
            try:
                self.rabbitmqctl("await_startup")
                return
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
