"""Prometheus metrics of workers and beat, served by their main process."""
