%% Reads the verdicts that `ha-celery drill --record` keeps in global parameters, for ha_celery_drill_metrics. The pod of a drill has ended before
%% Prometheus could scrape it, and all nodes have the parameters.
-module(ha_celery_drills).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "reads the verdicts of drills for their metrics"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_drills_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 30000).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, none).

%% None while the node boots.
poll(none) ->
    ha_celery_drill_metrics:register(),
    Parameters =
        case rabbit:is_serving() of
            true -> rabbit_runtime_parameters:list_global();
            false -> []
        end,
    ha_celery_drill_metrics:set(ha_celery_drill_metrics:verdicts(Parameters)),
    none.
