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
%% Time for an answer of a queue, in milliseconds. Without a limit, a queue that does not answer would end all polls.
-define(ANSWER_MS, 1000).
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
        true -> lists:append([letters(VHost, Leader) || VHost <- rabbit_vhost:list_names(), Leader <- led_here(VHost)]);
        false -> []
    end.

%% By the state of the member, because RabbitMQ updates the leader in the queue's record later.
led_here(VHost) ->
    case rabbit_amqqueue:lookup(rabbit_misc:r(VHost, queue, ?QUEUE)) of
        {ok, Queue} -> [Member || amqqueue:get_type(Queue) =:= rabbit_quorum_queue, Member <- [member(Queue)], is_leader(Member)];
        _ -> []
    end.

member(Queue) ->
    {Name, _Leader} = amqqueue:get_pid(Queue),
    {Name, node()}.

is_leader(Member) ->
    maps:get(state, ra:key_metrics(Member)) =:= leader.

%% With those that a client holds. Not from queue_coarse_metrics, whose number is 0 until the leader first reports. None without an answer.
letters(VHost, Leader) ->
    case ra:local_query(Leader, fun rabbit_fifo:query_messages_total/1, ?ANSWER_MS) of
        {ok, {_Index, Messages}, _Leader} -> [{VHost, Messages, died(Leader)}];
        _ -> []
    end.

%% Reads the first message without delivering it, so that its delivery count stays.
died(Leader) ->
    try ra:aux_command(Leader, {peek, 1}, ?ANSWER_MS) of
        {ok, {_Header, Message}} ->
            ha_celery_dead_letter_metrics:died(mc:get_annotation(deaths, Message), mc:received_timestamp(Message));
        _ ->
            unknown
    catch
        %% Also a message of an old version, which has no time.
        _:_ -> unknown
    end.
