"""Compares ways to connect again, in turns, after all clients have lost their connections at the same moment.

python bench/storm/storm.py --light 1000 --workers 100 -- COMMAND

COMMAND runs clients.py with HA_CELERY_BROKER_URL: on this machine, or with `kubectl exec -i` in a pod.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from typing import Any

#: See Policy of clients.py. What workers and publishers did before, and what both do.
POLICIES: dict[str, dict[str, float]] = {
    "workers before": {"first_pause": 0.1, "step": 0.2, "jitter": 0},
    "publishers before": {},
    "publishers": {"first_timeout": 2, "longest_timeout": 10, "tcp": 0.25},
    "workers": {"first_timeout": 2, "longest_timeout": 10, "tcp": 0.25, "spread": 0.5},
}


class Clients:
    """The process of the clients."""

    def __init__(self, command: list[str]) -> None:
        """Starts it."""
        pipe = subprocess.PIPE
        self._process: Any = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603 - the caller's

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Returns the answer to a command."""
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """Ends it."""
        self._process.stdin.close()
        self._process.wait(10)


def main() -> None:
    """Prints one line for each storm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--light", type=int, default=1000, help="clients that open a channel")
    parser.add_argument("--workers", type=int, default=100, help="clients that consume")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    clients = Clients(options.command)
    for _ in range(options.rounds):
        for name, policy in POLICIES.items():
            clients.ask({"light": options.light, "workers": options.workers, "policy": policy})
            print(name, clients.ask({"storm": True}), flush=True)
    clients.close()


if __name__ == "__main__":
    main()
