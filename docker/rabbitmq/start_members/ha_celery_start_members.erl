%% Starts members of quorum queues that do not run on this node. RabbitMQ starts them when a queue is declared and when a node boots: a queue that
%% was declared while this node did not answer would have a copy less until the node restarts, and one more lost node would stop it.
-module(ha_celery_start_members).
-behaviour(gen_server).

-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

%% Delayed: a process that crashes again and again is restarted once a second, instead of stopping RabbitMQ.
-rabbit_boot_step({?MODULE, [
    {description, "starts missing members of quorum queues"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_start_members_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 10000).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% State: names of the queues whose member did not run at the last poll. One that is being declared may take a moment.
init([]) ->
    schedule_poll(),
    {ok, []}.

handle_call(_Request, _From, Before) ->
    {reply, ok, Before}.

handle_cast(_Message, Before) ->
    {noreply, Before}.

handle_info(poll, Before) ->
    schedule_poll(),
    Missing = missing(),
    start([Queue || Queue <- Missing, lists:member(amqqueue:get_name(Queue), Before)]),
    {noreply, [amqqueue:get_name(Queue) || Queue <- Missing]};
handle_info(_Message, Before) ->
    {noreply, Before}.

schedule_poll() ->
    erlang:send_after(?POLL_MS, self(), poll).

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
