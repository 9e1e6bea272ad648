"""Unit tests. They need neither a broker nor a variable: manage.py test --settings=shop.settings_test."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.core import mail
from django.test import TransactionTestCase
from django.utils import timezone
from kombu.exceptions import OperationalError

from orders.models import Order, Report
from orders.tasks import resend_receipts, send_receipt


class Orders(TransactionTestCase):
    """Orders and their receipts. Transactions are committed, so that what waits for a commit runs."""

    def order(self) -> dict[str, Any]:
        """Posts an order."""
        wanted = {"item": "tea", "quantity": 2}
        answer = self.client.post("/orders/", wanted, content_type="application/json")
        self.assertEqual(answer.status_code, 201)
        order: dict[str, Any] = answer.json()
        return order

    def test_an_order_gets_one_receipt(self) -> None:
        """Also if its task runs twice."""
        order = self.order()
        self.assertTrue(order["published"])
        send_receipt.delay(order["id"])
        self.assertEqual([sent.subject for sent in mail.outbox], [f"Receipt {order['id']}"])

    def test_a_receipt_that_could_not_be_published_is_sent_later(self) -> None:
        """By the periodic task; the order is stored."""
        with patch("celery.app.task.Task.delay", side_effect=OperationalError("no broker")):
            self.assertFalse(self.order()["published"])
        self.assertEqual(resend_receipts.delay().get(), 0)
        Order.objects.update(created_at=timezone.now() - timedelta(hours=1))
        self.assertEqual(resend_receipts.delay().get(), 1)
        self.assertEqual(len(mail.outbox), 1)
        self.assertEqual(resend_receipts.delay().get(), 0)

    def test_a_report_counts_all_orders(self) -> None:
        """In several chunks."""
        Order.objects.bulk_create(Order(item="tea", quantity=3) for _ in range(150))
        self.client.post("/reports/")
        report = Report.objects.get()
        self.assertEqual((report.orders, report.items), (150, 450))
