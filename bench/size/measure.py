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
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent.resolve()
NAME = "ha-celery-size"
MIB = 2**20
BROKERS = [f"{NAME}-{number}" for number in range(3)]
#: As components/rabbitMqCluster/configuration.ts has them for 1Gi of memory.
CONFIGURATION = """\
loopback_users = none
cluster_formation.peer_discovery_backend = classic_config
net_ticktime = 10
default_queue_type = quorum
quorum_queue.initial_cluster_size = 3
quorum_queue.wal_max_size_bytes = 67108864
vm_memory_high_watermark.absolute = 614MiB
disk_free_limit.absolute = 614MiB
management.rates_mode = none
log.console = true
log.file = false
"""
PLUGINS = "[rabbitmq_management,rabbitmq_prometheus]."
START = "umask 077; echo cookie > ~/.erlang.cookie; exec rabbitmq-server"
#: Bytes of a payload, and number of tasks.
PAYLOADS = {100: 8000, 1_000: 8000, 10_000: 3000, 100_000: 600, 1_000_000: 80, 5_000_000: 24, 15_000_000: 10}


def docker(*arguments: str) -> str:
    """Runs docker and returns its output."""
    command = ["docker", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400)  # noqa: S603 - docker
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}")
    return done.stdout.strip()


class Container:
    """A container by its name."""

    def __init__(self, name: str) -> None:
        """Names it."""
        self.name = name

    def exec(self, *command: str) -> str:
        """Runs a command in it."""
        return docker("exec", self.name, *command)

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used, by the first or second version of control groups."""
        both = "cat /sys/fs/cgroup/cpuacct/cpuacct.usage"
        both += " || sed -n 's/^usage_usec \\(.*\\)/\\1000/p' /sys/fs/cgroup/cpu.stat"
        return int(self.exec("sh", "-c", both)) / 1e9

    @property
    def memory(self) -> float:
        """Resident memory in MiB, without the page cache."""
        both = "sed -n 's/^total_rss //p' /sys/fs/cgroup/memory/memory.stat"
        both += " || sed -n 's/^anon //p' /sys/fs/cgroup/memory.stat"
        return int(self.exec("sh", "-c", both)) / MIB

    def processes(self, name: str) -> list[dict[str, float]]:
        """CPU seconds and resident MiB of the processes of this name; the first is the main process."""
        script = "cd /proc; for p in [0-9]*; do echo $p $(cat $p/stat 2>/dev/null); done"
        found = []
        for line in self.exec("sh", "-c", script).splitlines():
            if f"({name}" not in line:
                continue
            fields = line.rsplit(")", 1)[1].split()
            found.append(
                {"cpu": (int(fields[11]) + int(fields[12])) / 100, "mib": int(fields[21]) * 4096 / MIB}
            )
        return found

    def finished(self) -> list[float]:
        """Times at which its tasks have succeeded, in seconds."""
        lines = docker("logs", "--timestamps", self.name).splitlines()
        times = [line.split()[0][:26] for line in lines if " succeeded in " in line]
        return sorted(datetime.fromisoformat(f"{each}+00:00").timestamp() for each in times)

    def remove(self) -> None:
        """Removes it."""
        docker("rm", "--force", "--volumes", self.name)


class Bench:
    """Brokers of one network, and steps beside them."""

    def __init__(self, rabbitmq: str, worker: str) -> None:
        """Names the images."""
        self.rabbitmq, self.worker_image = rabbitmq, worker
        self.brokers = [Container(name) for name in BROKERS]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Runs the brokers, and removes them."""
        with TemporaryDirectory() as folder:
            nodes = "".join(
                f"cluster_formation.classic_config.nodes.{at + 1} = rabbit@{name}\n"
                for at, name in enumerate(BROKERS)
            )
            (Path(folder) / "size.conf").write_text(CONFIGURATION + nodes)
            (Path(folder) / "plugins").write_text(PLUGINS)
            Path(folder).chmod(0o755)
            docker("network", "create", NAME)
            try:
                for name in BROKERS:
                    docker(
                        *("run", "--detach", "--name", name, "--hostname", name, "--network", NAME),
                        *("--cpus", "1", "--cpu-shares", "64", "--memory", "1g", "--memory-swap", "1g"),
                        *("--volume", f"{folder}/size.conf:/etc/rabbitmq/conf.d/90-size.conf:ro"),
                        *("--volume", f"{folder}/plugins:/etc/rabbitmq/enabled_plugins:ro"),
                        *(self.rabbitmq, "sh", "-c", START),
                    )
                self._await_cluster()
                yield
            finally:
                for broker in self.brokers:
                    broker.remove()
                docker("network", "rm", NAME)

    def _await_cluster(self) -> None:
        """Waits until three brokers are members."""
        deadline = time.monotonic() + 180
        while True:
            try:
                for broker in self.brokers:
                    broker.exec("rabbitmqctl", "--quiet", "await_online_nodes", "3", "--timeout", "20")
                return
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(2)

    def arguments(self, queue: str) -> tuple[str, ...]:
        """Options of a container with our Python package."""
        return (
            *("--network", NAME, "--cpu-shares", "64", "--workdir", "/size", "--volume", f"{HERE}:/size:ro"),
            *("--env", f"HA_CELERY_BROKER_URL=amqp://guest:guest@{BROKERS[0]}:5672//"),
            *(
                "--env",
                f"HA_CELERY_QUEUES={queue}",
                "--env",
                "PYTHONPATH=/app:/size",
                "--tmpfs",
                "/run/ha-celery",
            ),
        )

    def client(self, queue: str, *arguments: str) -> dict[str, float]:
        """Runs a step."""
        output = docker(
            "run", "--rm", *self.arguments(queue), self.worker_image, "python", "client.py", *arguments
        )
        result: dict[str, float] = json.loads(output.splitlines()[-1])
        return result

    @contextmanager
    def worker(self, queue: str) -> Iterator[Container]:
        """Runs a worker with two processes."""
        name = f"{NAME}-worker"
        command = "celery --app tasks worker --loglevel=INFO --concurrency=2"
        command += " --without-mingle --without-gossip --without-heartbeat"
        docker("run", "--detach", "--name", name, *self.arguments(queue), self.worker_image, *command.split())
        try:
            yield Container(name)
        finally:
            docker("rm", "--force", name)

    def used(self) -> list[float]:
        """CPU seconds of each broker."""
        return [broker.cpu for broker in self.brokers]

    def memory(self) -> list[float]:
        """Resident MiB of each broker."""
        return [round(broker.memory) for broker in self.brokers]


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


def backlog(bench: Bench, blocks: int, tasks: int) -> None:
    """Publishes blocks of tasks of 1 kB that nobody executes."""
    for block in range(blocks):
        published = bench.client("backlog", "publish", "--count", str(tasks), "--bytes", "1000")
        rate = round(tasks / published["seconds"], 1)
        say("backlog", tasks=(block + 1) * tasks, rate=rate, memory=bench.memory())


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
            backlog(bench, 10, 10_000 // options.divide)
        if options.only in (None, "queues"):
            queues(bench, 200 // options.divide)


if __name__ == "__main__":
    main()
