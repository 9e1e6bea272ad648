"""Views of the shop: JSON over HTTP."""

import json
import logging

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from orders.models import Order, Report
from orders.tasks import send_receipt, start_report

logger = logging.getLogger(__name__)


@require_GET
def health(_request: HttpRequest) -> HttpResponse:
    """Answers as long as the process serves requests. It asks neither the database nor the broker."""
    return HttpResponse("ok")


@csrf_exempt
@require_POST
def create_order(request: HttpRequest) -> JsonResponse:
    """Stores an order, and publishes the task that sends its receipt."""
    wanted = json.loads(request.body)
    published = True
    try:
        with transaction.atomic():
            order = Order.objects.create(item=wanted["item"], quantity=wanted["quantity"])
            send_receipt.delay_on_commit(order.pk)
    except OperationalError as error:
        # The order is stored, because its transaction was committed before. resend_receipts will find it.
        logger.warning("the receipt of order %s is late: %s", order.pk, error)
        published = False
    return JsonResponse({"id": order.pk, "published": published}, status=201)


@csrf_exempt
@require_POST
def create_report(_request: HttpRequest) -> JsonResponse:
    """Starts a report."""
    with transaction.atomic():
        report = Report.objects.create()
        transaction.on_commit(lambda: start_report(report.pk))
    return JsonResponse({"id": report.pk}, status=202)
