{application, ha_celery_detect_lost_nodes, [
    {description, "Disconnects peers whose machine acknowledges nothing, and elects other leaders"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_detect_lost_nodes, ha_celery_silence]},
    {registered, [ha_celery_detect_lost_nodes]},
    {applications, [kernel, stdlib, rabbit, ha_celery_poller]}
]}.
