"""Replacement for `tc netem` on kernels without it: delays packets and drops some.

Arguments: queue number, delay in seconds, fraction to drop, duration in seconds.
"""

import heapq
import random
import select
import socket
import struct
import sys
import time

NETLINK_NETFILTER = 12
PACKET, VERDICT, CONFIG = 0x300, 0x301, 0x302
BIND, COPY_META = 1, 1
ATTR_PACKET_HEADER, ATTR_VERDICT_HEADER = 1, 2
ATTR_COMMAND, ATTR_PARAMS, ATTR_MAXLEN, ATTR_MASK, ATTR_FLAGS = 1, 2, 3, 4, 5
FAIL_OPEN_AND_GSO = 0b101
DROP, ACCEPT = 0, 1
REQUEST, REQUEST_ACK = 1, 5


def attribute(kind: int, value: bytes) -> bytes:
    """Encodes a netlink attribute, with padding."""
    return struct.pack("=HH", len(value) + 4, kind) + value + b"\0" * (-len(value) % 4)


def message(kind: int, flags: int, queue: int, attributes: bytes) -> bytes:
    """Encodes a message to the queue."""
    return (
        struct.pack("=IHHIIBBH", 20 + len(attributes), kind, flags, 0, 0, 0, 0, socket.htons(queue))
        + attributes
    )


def bind(queue: int) -> socket.socket:
    """Binds to the queue; returns the socket that receives its packets."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    netlink.bind((0, 0))
    for attributes in (
        attribute(ATTR_COMMAND, struct.pack(">BBH", BIND, 0, socket.AF_INET)),
        attribute(ATTR_PARAMS, struct.pack(">IB", 0, COPY_META)),
        attribute(ATTR_MAXLEN, struct.pack(">I", 65536)),
        attribute(ATTR_MASK, struct.pack(">I", FAIL_OPEN_AND_GSO))
        + attribute(ATTR_FLAGS, struct.pack(">I", FAIL_OPEN_AND_GSO)),
    ):
        netlink.send(message(CONFIG, REQUEST_ACK, queue, attributes))
        error = struct.unpack_from("=i", netlink.recv(65536), 16)[0]
        if error:
            raise OSError(-error, "the kernel refuses the packet queue")
    return netlink


def packet_ids(data: bytes) -> list[int]:
    """Decodes the ids of the queued packets."""
    ids, start = [], 0
    while start + 20 <= len(data):
        length, kind = struct.unpack_from("=IH", data, start)
        if kind == PACKET:
            at = start + 20
            while at + 4 <= start + length:
                size, name = struct.unpack_from("=HH", data, at)
                if name & 0x7FFF == ATTR_PACKET_HEADER:
                    ids.append(struct.unpack_from(">I", data, at + 4)[0])
                    break
                at += max(4, size + 3 & ~3)
        start += max(16, length + 3 & ~3)
    return ids


def main(queue: int, delay: float, share: float, seconds: float) -> None:
    """Answers each packet after the delay, plus or minus 10 %."""
    netlink = bind(queue)
    print("ready", flush=True)
    waiting: list[tuple[float, int]] = []
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        while waiting and waiting[0][0] <= now:
            _, packet = heapq.heappop(waiting)
            answer = DROP if random.random() < share else ACCEPT  # noqa: S311 - no secret
            header = attribute(ATTR_VERDICT_HEADER, struct.pack(">II", answer, packet))
            netlink.send(message(VERDICT, REQUEST, queue, header))
        pause = min(waiting[0][0], end) - time.monotonic() if waiting else 1.0
        if select.select([netlink], [], [], max(0.0, pause))[0]:
            try:
                data = netlink.recv(1 << 18)
            except OSError:
                # The kernel reports an overflow once.
                continue
            arrived = time.monotonic()
            for packet in packet_ids(data):
                due = arrived + delay * random.uniform(0.9, 1.1)  # noqa: S311 - no secret
                heapq.heappush(waiting, (due, packet))


if __name__ == "__main__":
    main(int(sys.argv[1]), *(float(value) for value in sys.argv[2:5]))
