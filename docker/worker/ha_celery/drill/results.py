"""Result backend of a drill's workflows: the ledger, which no fault of a drill hits."""

from __future__ import annotations

from typing import Any

from celery.backends.base import KeyValueStoreBackend

from ha_celery.recorder import LedgerClient, own_client


class LedgerBackend(KeyValueStoreBackend):
    """Stores results in the ledger. Configure it as `ha_celery.drill.results:LedgerBackend+http://HOST:PORT`.

    It counts nothing, so Celery's own task `celery.chord_unlock` waits for the header of a chord, as with
    Celery's `database` backend.
    """

    key_t = str

    @property
    def _ledger(self) -> LedgerClient:
        return own_client(self.url)

    def get(self, key: str) -> str | None:
        """Returns the value of a key."""
        return self._ledger.result(key)

    def mget(self, keys: list[str]) -> list[str | None]:
        """Returns the values of several keys."""
        return [self.get(key) for key in keys]

    def set(self, key: str, value: Any) -> None:
        """Stores the value of a key."""
        self._ledger.store_result(key, value)
