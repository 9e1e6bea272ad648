%% Looks at the dead letters whose queue this node leads, for ha_celery_dead_letter_metrics. RabbitMQ does not report the age of a quorum queue's
%% first message.
-module(ha_celery_dead_letters).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "looks at dead letters for their metrics"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_dead_letters_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 30000).
-define(QUEUE, <<"dead-letters">>).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, none).

poll(none) ->
    ha_celery_dead_letter_metrics:register(),
    ha_celery_dead_letter_metrics:set(look()),
    none.

%% None while the node boots.
look() ->
    case rabbit:is_serving() of
        true -> [{VHost, count(Queue), died(Queue)} || VHost <- rabbit_vhost:list_names(), Queue <- led_here(VHost)];
        false -> []
    end.

led_here(VHost) ->
    case rabbit_amqqueue:lookup(rabbit_misc:r(VHost, queue, ?QUEUE)) of
        {ok, Queue} -> [Queue || amqqueue:get_type(Queue) =:= rabbit_quorum_queue, amqqueue:qnode(Queue) =:= node()];
        _ -> []
    end.

%% With those that a client holds. The leader updates the number every 5 s.
count(Queue) ->
    case ets:lookup(queue_coarse_metrics, amqqueue:get_name(Queue)) of
        [{_, _Ready, _Unacknowledged, Messages, _}] -> Messages;
        _ -> 0
    end.

%% Reads the first message without delivering it, so that its delivery count stays.
died(Queue) ->
    case ra:aux_command(amqqueue:get_pid(Queue), {peek, 1}) of
        {ok, {_Header, Message}} ->
            ha_celery_dead_letter_metrics:died(mc:get_annotation(deaths, Message), mc:received_timestamp(Message));
        _ ->
            unknown
    end.
