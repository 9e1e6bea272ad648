"""Prints what the shop's database contains. Runs in `manage.py shell`."""

import json

from django.db.models import Sum
from django_celery_results.models import TaskResult
from orders.models import Order, Report

receipts = TaskResult.objects.filter(task_name="orders.tasks.send_receipt", status="SUCCESS")
unsuccessful = TaskResult.objects.exclude(status="SUCCESS").values_list("task_name", "status", "result")
state = {
    "orders": list(Order.objects.values_list("pk", flat=True)),
    "items": Order.objects.aggregate(items=Sum("quantity"))["items"],
    "withoutReceipt": list(Order.objects.filter(receipt_sent_at=None).values_list("pk", flat=True)),
    "results": [json.loads(result) for result in receipts.values_list("result", flat=True)],
    "unsuccessful": [list(row) for row in unsuccessful],
    "reports": {report.pk: [report.orders, report.items] for report in Report.objects.all()},
}
print(json.dumps(state))
