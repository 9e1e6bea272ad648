"""TLS handshakes, with a server that implements nothing else of a broker."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority

from ha_celery import ConfirmedPublisher, GaveUpError, PublishTimeoutError, Settings, create_app
from ha_celery.transport import Transport


class TlsServer:
    """Records the first bytes after the handshake and closes the connection."""

    def __init__(self, authority: Authority, name: str) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*authority.issue(name))
        self._context.sni_callback = lambda _, asked, __: self.asked.append(asked)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"amqps://user:secret@localhost:{self._socket.getsockname()[1]}/vhost"
        self.asked: list[str | None] = []
        self.received: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            with link:
                try:
                    with self._context.wrap_socket(link, server_side=True) as tls:
                        self.received.append(tls.recv(8))
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture
def serve(authority: Authority) -> Iterator[Any]:
    servers: list[TlsServer] = []

    def start(name: str) -> TlsServer:
        servers.append(TlsServer(authority, name))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def connect(settings: Settings) -> BaseException | None:
    """Connects as a worker does; returns the error that ended the connection."""
    app = create_app("test", settings, set_as_current=False)
    connection = app.connection_for_read()
    connection.transport_cls = Transport
    try:
        connection.connect()
    except Exception as error:
        return error
    finally:
        app.close()
    return None


def test_amqp_is_spoken_only_with_a_broker_that_its_authority_vouches_for(
    serve: Any, authority: Authority, tmp_path: Path
) -> None:
    server = serve("localhost")
    error = connect(Settings(server.url, broker_ca=authority.certificate))
    assert not isinstance(error, ssl.SSLError)
    assert set(server.received) == {b"AMQP\x00\x00\x09\x01"}

    server.received.clear()
    other = Authority(tmp_path / "other")
    for trusted in (other.certificate, None):
        error = connect(Settings(server.url, broker_ca=trusted))
        assert isinstance(error, ssl.SSLCertVerificationError)
    assert server.received == []


def test_certificates_in_a_variable_do_the_same(serve: Any, authority: Authority, tmp_path: Path) -> None:
    server, elsewhere = serve("localhost"), serve("elsewhere")
    pem = authority.certificate.read_text()
    error = connect(Settings(server.url, broker_ca_pem=pem))
    assert not isinstance(error, ssl.SSLError)
    assert set(server.received) == {b"AMQP\x00\x00\x09\x01"}

    server.received.clear()
    other = Authority(tmp_path / "other").certificate
    error = connect(Settings(server.url, broker_ca_pem=other.read_text()))
    assert isinstance(error, ssl.SSLCertVerificationError)
    # A file that follows renewals takes precedence.
    error = connect(Settings(server.url, broker_ca_pem=pem, broker_ca=other))
    assert isinstance(error, ssl.SSLCertVerificationError)
    error = connect(Settings(elsewhere.url, broker_ca_pem=pem))
    assert "Hostname mismatch" in str(error)
    assert server.received == elsewhere.received == []
    connect(Settings(elsewhere.url, broker_ca_pem=pem, broker_server_name="elsewhere"))
    assert set(elsewhere.asked) == {"localhost", "elsewhere"}
    assert elsewhere.received


@pytest.mark.parametrize("form", ["file", "variable"])
def test_a_publisher_speaks_tls_with_either(serve: Any, authority: Authority, form: str) -> None:
    server = serve("localhost")
    certificate = authority.certificate
    trust = {"broker_ca": certificate} if form == "file" else {"broker_ca_pem": certificate.read_text()}
    app = create_app("test", Settings(server.url, **trust, publish_budget_seconds=0.5), set_as_current=False)  # type: ignore[arg-type]
    with pytest.raises(PublishTimeoutError):
        app.send_task("work")
    assert server.received


def test_the_certificate_must_be_for_the_host_of_the_url(serve: Any, authority: Authority) -> None:
    server = serve("elsewhere")
    error = connect(Settings(server.url, broker_ca=authority.certificate))
    assert isinstance(error, ssl.SSLCertVerificationError)
    assert "Hostname mismatch" in str(error)
    assert set(server.asked) == {"localhost"}
    assert server.received == []


def test_a_publisher_verifies_the_host_of_each_of_several_urls(
    serve: Any, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = serve("elsewhere"), serve("broker-b")
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest: resolve("127.0.0.1", *rest))
    urls = f"{first.url};{second.url.replace('localhost', 'broker-b')}"
    settings = Settings(urls, broker_ca=authority.certificate, publish_budget_seconds=1.0)
    app = create_app("test", settings, set_as_current=False)
    with pytest.raises(PublishTimeoutError):
        app.send_task("work")
    assert (set(first.asked), set(second.asked)) == ({"localhost"}, {"broker-b"})
    assert second.received


def test_or_for_the_name_that_is_given(serve: Any, authority: Authority) -> None:
    server = serve("mq.example.com")
    connect(Settings(server.url, broker_ca=authority.certificate, broker_server_name="mq.example.com"))
    assert set(server.asked) == {"mq.example.com"}
    assert server.received


def test_publishers_check_it_too(serve: Any, authority: Authority) -> None:
    server = serve("elsewhere")
    app = create_app("test", Settings(server.url, broker_ca=authority.certificate), set_as_current=False)

    @app.task
    def work() -> None: ...

    with pytest.raises(GaveUpError) as gave_up:
        ConfirmedPublisher(app, lambda ids: None, give_up_seconds=0).publish(work)
    assert "Hostname mismatch" in str(gave_up.value.__cause__)
    app.conf.ha_celery_publish_budget = 0.5
    with pytest.raises(PublishTimeoutError, match="Hostname mismatch"):
        work.delay()
    assert server.received == []


def test_a_renewed_authority_needs_no_restart(serve: Any, authority: Authority, tmp_path: Path) -> None:
    server = serve("localhost")
    trusted = tmp_path / "ca.crt"
    trusted.write_bytes(Authority(tmp_path / "old").certificate.read_bytes())
    app = create_app("test", Settings(server.url, broker_ca=trusted), set_as_current=False)
    with pytest.raises(ssl.SSLCertVerificationError):
        app.connection_for_read().connect()
    trusted.write_bytes(authority.certificate.read_bytes())
    with pytest.raises(OSError, match=r"(?i)closed|reset"):
        app.connection_for_read().connect()
    assert server.received
    app.close()


def test_a_plain_url_means_no_tls(tmp_path: Path) -> None:
    app = create_app("test", Settings("amqp://u:p@host/v", state_dir=tmp_path), set_as_current=False)
    assert app.conf.broker_use_ssl is False
