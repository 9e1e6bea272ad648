{application, ha_celery_start_members, [
    {description, "Starts members of quorum queues that were declared while this node did not answer"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_start_members]},
    {registered, [ha_celery_start_members]},
    {applications, [kernel, stdlib, rabbit, ha_celery_poller]}
]}.
