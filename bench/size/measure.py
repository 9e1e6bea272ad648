"""Measures what a task, a byte, a connection and a queue cost: three brokers and a worker in containers.

python bench/size/measure.py RABBITMQ_IMAGE WORKER_IMAGE [--rounds 2] [--only payload]

Each broker has 1 CPU and 1 GiB, and the settings of the product that cost something. CPU and memory are those
of the container's cgroup. Prints one JSON object a line. docs/decisions/sizing.md has the results.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from containers import Bench

#: Parts of a backlog.
BLOCKS = 10
#: Tasks that have not succeeded this long after the queue was empty are lost.
LOST_SECONDS = 60
#: Bytes of a payload, and number of tasks.
PAYLOADS = {100: 8000, 1_000: 8000, 10_000: 3000, 100_000: 600, 1_000_000: 80, 5_000_000: 24, 15_000_000: 10}


def say(what: str, **values: Any) -> None:
    """Prints a result."""
    load = float(Path("/proc/loadavg").read_text().split()[0])
    print(json.dumps({"what": what, **values, "load": load}), flush=True)


class Cost:
    """CPU of the brokers from now on."""

    def __init__(self, bench: Bench, idle: float) -> None:
        """Notes what they have used, and what each uses at rest."""
        self._bench, self._idle, self._began, self._before = bench, idle, time.monotonic(), bench.used()

    def per_task(self, tasks: int) -> list[float]:
        """Milliseconds per task of each broker, without what it uses at rest."""
        rest = self._idle * (time.monotonic() - self._began)
        pairs = zip(self._before, self._bench.used(), strict=True)
        return [round(1000 * (after - before - rest) / tasks, 3) for before, after in pairs]


def at_rest(bench: Bench, seconds: float = 20) -> float:
    """Mean share of a CPU that a broker uses at rest."""
    before = bench.used()
    time.sleep(seconds)
    shares = [(end - begin) / seconds for begin, end in zip(before, bench.used(), strict=True)]
    say("at rest", cpus=[round(share, 4) for share in shares], memory=bench.memory())
    return sum(shares) / len(shares)


def started(bench: Bench) -> list[dict[str, float]]:
    """What the processes of a worker have used when it waits for tasks."""
    with bench.worker("empty") as worker:
        time.sleep(15)
        processes = worker.processes("celery")
    say("worker", processes=processes)
    return processes


def payload(bench: Bench, size: int, tasks: int, idle: float, start: list[dict[str, float]]) -> None:
    """Publishes tasks of one size, and executes them."""
    queue = f"p{size}-{time.time_ns()}"
    # The queue exists before, and its leader is known.
    bench.client(queue, "publish", "--count", "1", "--bytes", "10")
    window = max(2, min(500, 20_000_000 // size))
    arguments = ("--count", str(tasks), "--bytes", str(size), "--window", str(window))
    cost = Cost(bench, idle)
    published = bench.client(queue, "publish", *arguments)
    cpus = cost.per_task(tasks)
    rate = round(tasks / published["seconds"], 1)
    client = round(1000 * published["cpu"] / tasks, 2)
    say("publish", bytes=size, tasks=tasks, rate=rate, brokers=cpus, client=client, memory=bench.memory())
    cost = Cost(bench, idle)
    with bench.worker(queue) as worker:
        bench.client(queue, "drain")
        while len(worker.finished()) <= tasks:
            time.sleep(1)
        cpus = cost.per_task(tasks)
        finished, processes = worker.finished(), worker.processes("celery")
        total = round(worker.memory)
    pairs = zip(processes, start, strict=True)
    used = [round(1000 * (now["cpu"] - then["cpu"]) / tasks, 3) for now, then in pairs]
    mib = [round(each["mib"]) for each in processes]
    rate = round((len(finished) - 2) / (finished[-1] - finished[1]), 1)
    result = {"rate": rate, "brokers": cpus, "worker": used, "mib": mib, "total": total}
    say("execute", bytes=size, tasks=tasks, **result, memory=bench.memory())


def backlog(bench: Bench, tasks: int, size: int) -> None:
    """Publishes tasks in ten blocks while no worker runs, then executes them."""
    block = tasks // BLOCKS
    say("backlog", tasks=0, memory=bench.memory())
    for number in range(1, BLOCKS + 1):
        cost = Cost(bench, 0)
        published = bench.client("backlog", "publish", "--count", str(block), "--bytes", str(size))
        rate, client = round(block / published["seconds"], 1), round(1000 * published["cpu"] / block, 2)
        cpus = cost.per_task(block)
        say("backlog", tasks=number * block, rate=rate, brokers=cpus, client=client, memory=bench.memory())
    say("backlog", disk=[broker.disk for broker in bench.brokers])
    with bench.worker("backlog") as worker:
        for left in range(BLOCKS - 1, -1, -1):
            cost = Cost(bench, 0)
            bench.client("backlog", "drain", "--left", str(left * block))
            cpus, mib = cost.per_task(block), round(worker.memory)
            say("drain", left=left * block, brokers=cpus, memory=bench.memory(), worker=mib)
        deadline = time.monotonic() + LOST_SECONDS
        while len(succeeded := worker.succeeded()) < tasks and time.monotonic() < deadline:
            time.sleep(5)
    times = sorted(succeeded.values())
    tenths = [times[at] for at in range(0, tasks, block)] + times[-1:]
    rates = [round(block / (end - begin), 1) for begin, end in pairwise(tenths)]
    say("drained", tasks=len(succeeded), lost=tasks - len(succeeded), rates=rates)


def queues(bench: Bench, count: int) -> None:
    """Declares queues that stay empty."""
    before = bench.memory()
    bench.client("tasks", "queues", "--count", str(count))
    time.sleep(10)
    say("queues", count=count, before=before, memory=bench.memory())
    at_rest(bench)


def connections(bench: Bench, count: int) -> None:
    """Opens connections to the first broker, and holds them."""
    before, (first, *_) = bench.memory(), bench.brokers
    command = ["docker", "run", "--rm", "--interactive", *bench.arguments("tasks"), bench.worker_image]
    command += ["python", "client.py", "connections", "--count", str(count)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603 - docker
        if process.stdout:
            process.stdout.readline()
        time.sleep(10)
        used = first.cpu
        time.sleep(10)
        cpu = round((first.cpu - used) / 10, 3)
        say("connections", count=count, before=before, memory=bench.memory(), cpu=cpu)


def main() -> None:
    """Runs the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rabbitmq")
    parser.add_argument("worker")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", choices=["payload", "queues", "connections", "backlog"])
    parser.add_argument("--divide", type=int, default=1, help="publish this many times fewer tasks")
    parser.add_argument("--largest", type=int, default=15_000_000)
    parser.add_argument("--backlog", type=int, default=100_000, help="tasks of the backlog")
    parser.add_argument("--bytes", type=int, default=1000, help="payload of each")
    options = parser.parse_args()
    bench = Bench(options.rabbitmq, options.worker)
    with bench.running():
        idle = at_rest(bench)
        if options.only in (None, "connections"):
            connections(bench, 500 // options.divide)
        if options.only in (None, "payload"):
            start = started(bench)
            for _ in range(options.rounds):
                for size, tasks in PAYLOADS.items():
                    if size <= options.largest:
                        payload(bench, size, max(2, tasks // options.divide), idle, start)
        if options.only == "backlog":
            backlog(bench, options.backlog // options.divide, options.bytes)
        if options.only in (None, "queues"):
            queues(bench, 200 // options.divide)


if __name__ == "__main__":
    main()
