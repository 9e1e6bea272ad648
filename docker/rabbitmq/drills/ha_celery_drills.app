{application, ha_celery_drills, [
    {description, "Reports the verdicts of drills to Prometheus"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_drill_metrics, ha_celery_drills]},
    {registered, [ha_celery_drills]},
    {applications, [kernel, stdlib, rabbit, ha_celery_poller]}
]}.
