"""Tables in the admin."""

from django.contrib import admin

from orders.models import Order, Report

admin.site.register(Order)
admin.site.register(Report)
