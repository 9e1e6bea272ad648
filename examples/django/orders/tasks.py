"""Tasks of the shop. Each can run twice without harm, because a worker may be lost after it has run one."""

from collections.abc import Sequence
from datetime import timedelta

from celery import chord, shared_task
from django.core.mail import send_mail
from django.db.models import Count, Max, Sum
from django.utils import timezone

from orders.models import Order, Report

#: Orders that one task counts.
CHUNK = 100
#: Age of an order whose receipt is sent again, longer than a publishing call takes.
OVERDUE = timedelta(minutes=1)


@shared_task
def send_receipt(order_id: int) -> int:
    """Sends the receipt of an order, once."""
    order = Order.objects.get(pk=order_id)
    if order.receipt_sent_at is None:
        send_mail(f"Receipt {order.pk}", str(order), "shop@example.com", ["customer@example.com"])
        Order.objects.filter(pk=order_id).update(receipt_sent_at=timezone.now())
    return order_id


@shared_task
def resend_receipts() -> int:
    """Publishes the receipts of orders whose web process could not, for example because it was killed."""
    unsent = Order.objects.filter(receipt_sent_at=None, created_at__lt=timezone.now() - OVERDUE)
    overdue = list(unsent.values_list("pk", flat=True))
    for order_id in overdue:
        send_receipt.delay(order_id)
    return len(overdue)


@shared_task
def count_items(first: int, last: int) -> tuple[int, int]:
    """Counts the orders and items of one chunk."""
    counts = Order.objects.filter(pk__range=(first, last)).aggregate(
        orders=Count("pk"), items=Sum("quantity")
    )
    return counts["orders"], counts["items"] or 0


@shared_task
def save_report(counts: Sequence[tuple[int, int]], report_id: int) -> int:
    """Adds the counts of all chunks."""
    orders, items = (sum(column) for column in zip(*counts, strict=True))
    Report.objects.filter(pk=report_id).update(orders=orders, items=items)
    return report_id


def start_report(report_id: int) -> None:
    """Publishes the tasks of a report: a chord, whose body runs when all chunks are counted."""
    last = Order.objects.aggregate(last=Max("pk"))["last"] or 0
    chunks = [count_items.s(first, first + CHUNK - 1) for first in range(1, last + 1, CHUNK)]
    chord(chunks or [count_items.s(0, 0)])(save_report.s(report_id))
