%% Starts members of quorum queues that do not run on this node. RabbitMQ starts them when a queue is declared and when a node boots: a queue that
%% was declared while this node did not answer would have a copy less until the node restarts, and one more lost node would stop it.
-module(ha_celery_start_members).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "starts missing members of quorum queues"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_start_members_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 10000).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, []).

%% State: names of the queues whose member did not run at the last poll. One that is being declared may take a moment.
poll(Before) ->
    Missing = missing(),
    start([Queue || Queue <- Missing, lists:member(amqqueue:get_name(Queue), Before)]),
    [amqqueue:get_name(Queue) || Queue <- Missing].

%% None while the node boots or is drained, because it starts its members then, or has stopped them.
missing() ->
    case rabbit:is_serving() andalso not rabbit_maintenance:is_being_drained_local_read(node()) of
        true -> [Queue || Queue <- rabbit_amqqueue:list_local_quorum_queues(), not is_running(Queue)];
        false -> []
    end.

is_running(Queue) ->
    {Member, _Leader} = amqqueue:get_pid(Queue),
    whereis(Member) =/= undefined.

start([]) ->
    ok;
start(Queues) ->
    {Started, Failed} = rabbit_quorum_queue:recover(<<>>, Queues),
    logger:warning("Members of quorum queues did not run on this node: ~b started, ~b failed", [length(Started), length(Failed)]).
