"""Example application: count to ten, ten thousand times."""
