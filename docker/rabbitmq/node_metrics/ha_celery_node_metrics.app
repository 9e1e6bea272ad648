{application, ha_celery_node_metrics, [
    {description, "Reports the certificate and the oldest task of each queue to Prometheus"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_node_families, ha_celery_node_metrics]},
    {registered, [ha_celery_node_metrics]},
    {applications, [kernel, stdlib, public_key, rabbit, ha_celery_poller]}
]}.
