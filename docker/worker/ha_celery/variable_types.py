"""Types of the HA_CELERY_ variables."""

from __future__ import annotations

import re
import ssl
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from ha_celery.environment import VariableType

# The components in TypeScript accept the same names; a unit test compares both.
QUEUE_NAME = r"[A-Za-z0-9_.-]{1,200}"
RUN_NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}"

#: Result backends that store results in the broker.
IN_RABBITMQ = ("rpc", "amqp", "amqps")


def _split(text: str) -> SplitResult:
    """Returns the parts of a URL; Python's own messages about them contain a password."""
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        raise ValueError("no valid host or port; / : @ # ? ; in a password must be percent-encoded") from None
    return url


def _broker_url(text: str) -> SplitResult:
    url = _split(text)
    if url.scheme not in ("amqp", "amqps"):
        raise ValueError("not an amqp:// or amqps:// URL")
    if not url.hostname:
        raise ValueError("it has no host")
    return url


def _broker_urls(text: str) -> str:
    schemes = {_broker_url(url).scheme for url in text.split(";")}
    if len(schemes) > 1:
        raise ValueError("some of its URLs use TLS, and others do not")
    return text


def _queues(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(re.fullmatch(QUEUE_NAME, name) for name in names):
        raise ValueError("a queue name is empty or contains characters other than letters, digits, and _.-")
    if len(set(names)) != len(names):
        raise ValueError("a queue is listed twice")
    return names


def _optional_queues(text: str) -> tuple[str, ...]:
    return _queues(text) if text else ()


def _folder(text: str) -> Path:
    if not text.startswith("/"):
        raise ValueError("not an absolute path")
    return Path(text)


def _ledger_url(text: str) -> str | None:
    if not text:
        return None
    url = _split(text)
    if url.scheme != "http" or not url.hostname or url.port == 0:
        raise ValueError("not an http:// URL")
    if not url.password:
        raise ValueError("it has no token")
    return text.rstrip("/")


def _authorities(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text)
    if not path.is_absolute():
        raise ValueError("not an absolute path")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except FileNotFoundError:
        raise ValueError("the file does not exist") from None
    except OSError as error:
        raise ValueError(f"it contains no readable certificates ({error})") from None
    return path


def _certificates(text: str) -> str | None:
    if not text:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (OSError, ValueError) as error:
        raise ValueError(f"it contains no readable certificates ({error})") from None
    return text


def _server_name(text: str) -> str | None:
    if text and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,252})", text):
        raise ValueError("not a hostname")
    return text or None


def _result_backend(text: str) -> str | None:
    if not text:
        return None
    if text.partition(":")[0] in IN_RABBITMQ:
        raise ValueError("results stored in RabbitMQ are lost with one broker node")
    if "://" not in text and not _is_installed_backend(text):
        raise ValueError("neither a URL nor a result backend of an installed package")
    return text


def _is_installed_backend(text: str) -> bool:
    """Returns whether a name such as django-db, or a class such as package.module:Class, can be imported."""
    names = {point.name for point in entry_points(group="celery.result_backends")}
    return text in names or ":" in text


def _run_name(text: str) -> str:
    if not re.fullmatch(RUN_NAME_PATTERN, text):
        raise ValueError("not a valid name")
    return text


RUN_NAME = VariableType("a name of letters, digits, dots, and dashes, at most 64 characters", _run_name)
BROKER_URL = VariableType("amqp://user:password@host:5672/vhost", _broker_urls)
QUEUES = VariableType("a comma-separated list of queue names, starting with the default queue", _queues)
OPTIONAL_QUEUES = VariableType(f"{QUEUES.description}, or leave it unset", _optional_queues)
FOLDER = VariableType("the absolute path of a folder that the worker can write to", _folder)
LEDGER_URL = VariableType(
    "the ledger's URL with its token, such as http://:TOKEN@ledger:8080, or leave it unset", _ledger_url
)
AUTHORITIES = VariableType(
    "the absolute path of a PEM file with the CA certificates that sign the broker's certificate,"
    " or leave it unset to use the system's CA certificates",
    _authorities,
)
CERTIFICATES = VariableType(
    "the CA certificates that sign the broker's certificate, in PEM format, or leave it unset", _certificates
)
SERVER_NAME = VariableType(
    "the name in the broker's certificate, or leave it unset to use the URL's host", _server_name
)
RESULT_BACKEND = VariableType(
    "the URL or name of a result backend, such as redis://host:6379/0 or django-db, or leave it unset",
    _result_backend,
)
