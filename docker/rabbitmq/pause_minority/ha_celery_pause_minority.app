{application, ha_celery_pause_minority, [
    {description, "Closes a node to clients while it is in a minority"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_majority, ha_celery_pause_minority]},
    {registered, [ha_celery_pause_minority]},
    {applications, [kernel, stdlib, ranch, rabbit, ha_celery_poller]}
]}.
