"""Three brokers in containers with those settings of the product that cost something, and clients."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

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
#: Limit of one step, on a busy machine.
STEP_SECONDS = 3600


def docker(*arguments: str) -> str:
    """Runs docker and returns its output."""
    command = ["docker", *arguments]
    to = subprocess.PIPE
    done = subprocess.run(command, stdout=to, stderr=subprocess.STDOUT, text=True, timeout=STEP_SECONDS)  # noqa: S603 - docker
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

    @property
    def disk(self) -> int:
        """MiB of a broker's data."""
        return int(self.exec("du", "-sm", "/var/lib/rabbitmq").split()[0])

    def succeeded(self) -> dict[str, float]:
        """Times at which its tasks have succeeded, in seconds, by their ids."""
        lines = docker("logs", "--timestamps", self.name).splitlines()
        return {
            line.split("[", 3)[-1].split("]")[0]: datetime.fromisoformat(f"{line[:26]}+00:00").timestamp()
            for line in lines
            if " succeeded in " in line
        }

    def finished(self) -> list[float]:
        """The same times in order."""
        return sorted(self.succeeded().values())

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
