module ha-celery.dev/pause

go 1.24
