%% Looks at the first task of each queue that this node leads, for ha_celery_node_families. RabbitMQ does not report the age of a quorum queue's
%% first message.
-module(ha_celery_node_metrics).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "looks at the first task of each queue for its metrics"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_node_metrics_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 30000).
%% Time for an answer of a queue, and for a poll of all queues, in milliseconds. What is late has no metric.
-define(ANSWER_MS, 1000).
-define(ALL_MS, 10000).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, none).

poll(none) ->
    ha_celery_node_families:register(),
    ha_celery_node_families:set(look()),
    none.

%% None while the node boots.
look() ->
    Deadline = now_ms() + ?ANSWER_MS + ?ALL_MS,
    case rabbit:is_serving() of
        true -> lists:append([first(Queue, Deadline) || Queue <- rabbit_amqqueue:list_local_quorum_queues()]);
        false -> []
    end.

first(Queue, Deadline) ->
    Name = {resource, VHost, queue, Text} = amqqueue:get_name(Queue),
    {Member, _} = amqqueue:get_pid(Queue),
    Leader = {Member, node()},
    case ha_celery_node_families:counts(Text) andalso has_ready(Name) andalso is_leader(Leader) andalso now_ms() < Deadline of
        true -> [{VHost, Text, Since} || Since <- since(Leader)];
        false -> []
    end.

%% The leader's own figures, up to 5 s old.
has_ready(Name) ->
    case ets:lookup(queue_coarse_metrics, Name) of
        [{_, Ready, _, _, _}] -> Ready > 0;
        _ -> false
    end.

%% By the state of the member, because RabbitMQ updates the leader in the queue's record later.
is_leader(Member) ->
    maps:get(state, ra:key_metrics(Member)) =:= leader.

%% Reads the first message without delivering it, so that its delivery count stays.
since(Leader) ->
    try ra:aux_command(Leader, {peek, 1}, ?ANSWER_MS) of
        {ok, {_Header, Message}} ->
            ha_celery_node_families:since(mc:get_annotation(deaths, Message), mc:received_timestamp(Message));
        _ ->
            []
    catch
        %% Also a message of an old version, which has no time.
        _:_ -> []
    end.

now_ms() -> erlang:monotonic_time(millisecond).
