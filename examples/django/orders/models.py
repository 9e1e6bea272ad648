"""Tables of the shop."""

from django.db import models


class Order(models.Model):
    """An order of a customer."""

    item = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    #: None until the receipt is sent.
    receipt_sent_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        """Title in the admin."""
        return f"{self.quantity} x {self.item}"


class Report(models.Model):
    """Sum of all orders at one moment."""

    created_at = models.DateTimeField(auto_now_add=True)
    #: None until all orders are counted.
    orders = models.PositiveIntegerField(null=True)
    items = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        """Title in the admin."""
        return f"{self.items} items in {self.orders} orders"
