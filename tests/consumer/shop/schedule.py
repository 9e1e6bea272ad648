"""Creates an order whose web process was killed before it published, and a schedule as in the admin.

Runs in `manage.py shell`.
"""

from datetime import timedelta

from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from orders.models import Order

order = Order.objects.create(item="coffee", quantity=1)
Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(hours=1))
every, _ = IntervalSchedule.objects.get_or_create(every=2, period=IntervalSchedule.SECONDS)
PeriodicTask.objects.create(name="late receipts", task="orders.tasks.resend_receipts", interval=every)
print(order.pk)
