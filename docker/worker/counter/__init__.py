"""The example application: count to ten, ten thousand times."""
