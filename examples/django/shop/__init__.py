"""A shop that sends a receipt for every order."""

from shop.celery import app as celery_app

__all__ = ["celery_app"]
