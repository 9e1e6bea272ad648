"""Measures what `task_compression` does with bodies of JSON: ratio, and CPU to compress and decompress.

python bench/size/compress.py, where kombu and, before Python 3.14, backports.zstd are installed. The bodies
are records as applications pass them: half keys and words that repeat, half identifiers and numbers.
"""

from __future__ import annotations

import json
import random
import statistics
import time
import uuid
from collections.abc import Callable

from kombu.compression import compress, decompress

METHODS = ("zlib", "zstd", "bzip2", "xz")
WORDS = ("paid", "open", "late", "express", "standard", "retail", "Berlin", "Lyon", "Oslo", "gift", "return")
ROUNDS = 5


def record(chance: random.Random) -> dict[str, object]:
    """A record of about 200 bytes."""
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128))),
        "customer": chance.randrange(10**6),
        "status": chance.choice(WORDS),
        "city": chance.choice(WORDS),
        "amount": round(chance.uniform(1, 5000), 2),
        "tags": chance.sample(WORDS, 3),
        "created": f"2026-11-{chance.randint(1, 30):02}T{chance.randrange(24):02}:15:00Z",
    }


def body(size: int) -> bytes:
    """A body as Celery's protocol 2 serializes it, of about this size."""
    chance = random.Random(size)  # noqa: S311 - no secret
    each = len(json.dumps(record(chance)))
    records = [record(chance) for _ in range(max(1, size // each))]
    return json.dumps(
        [[records], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
    ).encode()


def cpu_ms(work: Callable[[], object], size: int) -> float:
    """Median milliseconds of CPU of a call."""
    calls = max(1, 200_000 // size)
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(calls):
            work()
        times.append((time.process_time() - began) / calls)
    return 1000 * statistics.median(times)


def main() -> None:
    """Prints one line for each size and method."""
    for size in (1_000, 100_000, 5_000_000):
        data = body(size)
        for method in METHODS:
            packed, kind = compress(data, method)
            into, back = (
                cpu_ms(lambda m=method, d=data: compress(d, m), size),  # type: ignore[misc]
                cpu_ms(lambda p=packed, k=kind: decompress(p, k), size),  # type: ignore[misc]
            )
            print(
                f"{len(data):>9} B {method:6} {len(data) / len(packed):5.1f} x {into:9.3f} ms {back:9.3f} ms"
            )


if __name__ == "__main__":
    main()
