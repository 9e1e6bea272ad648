"""A broker whose certificate expires while publishers and workers run, and is renewed later."""

from __future__ import annotations

import os
import shutil
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker_container import IMAGE, BrokerContainer
from celery import Celery
from certificates import Authority
from conftest import wait_for
from workers import worker

from ha_celery import PublishTimeoutError, Settings, create_app

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(not IMAGE, reason="HA_CELERY_TEST_BROKER_IMAGE is not set"),
]
QUEUE = f"expiry-{os.getpid()}"
#: The worker must be connected by then.
LIFE_SECONDS = 60
CACHE_SECONDS = 5
CONFIGURATION = """
listeners.ssl.default = 5671
ssl_options.cacertfile = /tls/ca.crt
ssl_options.certfile = /tls/tls.crt
ssl_options.keyfile = /tls/tls.key
"""
EXPIRED = "certificate has expired"


class Certificates:
    """The files that the broker reads, as a Secret mounts them."""

    def __init__(self, folder: Path) -> None:
        self._authority = Authority(folder / "authority")
        self.mounted = folder / "mounted"
        self.mounted.mkdir()
        shutil.copy(self._authority.certificate, self.mounted)

    @property
    def authority(self) -> Path:
        return self._authority.certificate

    def renew(self, seconds: float) -> None:
        """Replace the certificate by one that expires after a time."""
        for source, name in zip(
            self._authority.issue("localhost", seconds), ("tls.crt", "tls.key"), strict=True
        ):
            file = self.mounted / f"{name}.new"
            shutil.copy(source, file)
            # The broker's user reads it.
            file.chmod(0o644)
            file.replace(self.mounted / name)

    def is_served(self, port: int) -> bool:
        """Whether new connections get the certificate."""
        try:
            served = ssl.get_server_certificate(("localhost", port), timeout=5)
        except OSError:
            return False
        newest = (self.mounted / "tls.crt").read_text()
        return ssl.PEM_cert_to_DER_cert(served) == ssl.PEM_cert_to_DER_cert(newest)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


@pytest.fixture
def broker(tmp_path: Path, certificates: Certificates) -> Iterator[BrokerContainer]:
    # Longer than the start of the broker may take.
    certificates.renew(86_400)
    # Erlang discards certificates that changed every two minutes by default.
    erlang = f"--env=RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-ssl ssl_pem_cache_clean {CACHE_SECONDS * 1000}"
    broker = BrokerContainer(
        tmp_path, CONFIGURATION, f"--volume={certificates.mounted}:/tls:ro", erlang, ports=(5671,)
    )
    yield broker
    broker.remove()


def test_an_expired_certificate_stops_new_connections_only_and_loses_nothing(
    broker: BrokerContainer, certificates: Certificates, tmp_path: Path
) -> None:
    port = int(broker.address(5671).rpartition(":")[2])
    url = f"amqps://guest:guest@localhost:{port}//"
    variables = {"HA_CELERY_BROKER_URL": url, "HA_CELERY_BROKER_CA": str(certificates.authority)}
    settings = Settings(
        url, (QUEUE,), broker_ca=certificates.authority, state_dir=tmp_path, publish_budget_seconds=5
    )
    app = create_app("publishing", settings, set_as_current=False)
    confirmed: list[str] = []

    def publish() -> None:
        confirmed.append(app.send_task("publishing_app.work", ("work",), queue=QUEUE).id)

    certificates.renew(LIFE_SECONDS)
    wait_for(lambda: certificates.is_served(port), CACHE_SECONDS + 30)
    with worker(tmp_path, (QUEUE,), **variables) as journal:

        def executed() -> list[str]:
            return [entry["id"] for entry in journal.of("work")]

        publish()
        journal.wait("work")
        wait_for(lambda: is_expired(app), LIFE_SECONDS + 30)

        # Connections that are open go on.
        for _ in range(20):
            publish()
        journal.wait("work", len(confirmed), 30)

        # A lost connection cannot be replaced, and the error says why.
        broker.rabbitmqctl("close_all_connections", "test")
        with pytest.raises(PublishTimeoutError, match=EXPIRED):
            # Sent to the lost connection, so the broker may have it.
            publish()
        with pytest.raises(PublishTimeoutError, match=rf"{EXPIRED}.*is not stored"):
            publish()
        log = tmp_path / "worker.log"
        wait_for(lambda: EXPIRED in log.read_text(), 30)

        # No restart is needed.
        certificates.renew(86_400)
        wait_for(lambda: not is_expired(app), CACHE_SECONDS + 30)
        renewed = time.monotonic()
        for _ in range(20):
            publish()
        journal.wait("work", len(confirmed), 60)
        print(
            f"all tasks done {time.monotonic() - renewed:.1f} s after the broker served the new certificate"
        )
        assert sorted(executed()) == sorted(confirmed)
    app.close()


def is_expired(app: Celery) -> bool:
    """Whether a new connection is refused, because the certificate has expired."""
    try:
        with app.connection_for_write() as connection:
            connection.connect()
    except ssl.SSLCertVerificationError as error:
        return EXPIRED in str(error)
    return False
