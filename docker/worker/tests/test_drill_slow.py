import struct

from ha_celery.drill.slow import PACKET, attribute, message, packet_ids


def packet(number: int) -> bytes:
    header = attribute(1, struct.pack(">IHB", number, 0x0800, 3))
    return message(PACKET, 0, 7, attribute(9, b"mark") + header)


def test_the_ids_of_all_packets_of_a_datagram_are_found() -> None:
    assert packet_ids(packet(1) + packet(70000)) == [1, 70000]


def test_other_messages_are_passed_over() -> None:
    error = message(2, 0, 0, b"\0" * 16)
    assert packet_ids(error + packet(5)) == [5]
    assert packet_ids(b"") == []


def test_attributes_are_padded_to_words() -> None:
    assert attribute(3, b"abcde") == struct.pack("=HH", 9, 3) + b"abcde\0\0\0"
