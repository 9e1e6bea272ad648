"""Addresses of the project."""

from django.contrib import admin
from django.urls import path

from orders import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/", views.health),
    path("orders/", views.create_order),
    path("reports/", views.create_report),
]
