{application, ha_celery_poller, [
    {description, "Common part of the plugins of ha-celery, enabled with any of them"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_poller]},
    {registered, []},
    {applications, [kernel, stdlib]}
]}.
