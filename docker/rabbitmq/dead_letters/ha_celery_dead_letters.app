{application, ha_celery_dead_letters, [
    {description, "Reports dead letters to Prometheus"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_dead_letter_metrics, ha_celery_dead_letters]},
    {registered, [ha_celery_dead_letters]},
    {applications, [kernel, stdlib, rabbit, ha_celery_poller]}
]}.
