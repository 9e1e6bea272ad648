{application, ha_celery_balance_leaders, [
    {description, "Balances the leaders of quorum queues after restarts"},
    {vsn, "1.0.0"},
    {modules, [ha_celery_balance_leaders, ha_celery_leaders]},
    {registered, [ha_celery_balance_leaders]},
    {applications, [kernel, stdlib, rabbit, ha_celery_poller]}
]}.
