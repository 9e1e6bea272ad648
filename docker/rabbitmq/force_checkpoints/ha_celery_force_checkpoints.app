{application, ha_celery_force_checkpoints, [
    {description, "Releases the log of consumed tasks during a disk alarm"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_checkpoints, ha_celery_force_checkpoints]},
    {registered, [ha_celery_force_checkpoints]},
    {applications, [kernel, stdlib, rabbit, ha_celery_poller]}
]}.
