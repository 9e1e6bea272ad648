%% Releases the log of consumed tasks while this node has a disk alarm. A quorum queue gives up its log when it writes a checkpoint, which takes
%% further messages: an alarm that blocks publishers may never end by itself, although the queues are empty.
-module(ha_celery_force_checkpoints).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "forces checkpoints of quorum queues during a disk alarm"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_force_checkpoints_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 10000).
%% Time for an answer of the alarms or of one queue, in milliseconds.
-define(ANSWER_MS, 1000).
%% Time for one queue to write its checkpoint, and for all queues of a poll, in milliseconds. The others have their turn at the next poll.
-define(CHECKPOINT_MS, 2000).
-define(ALL_MS, 8000).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, none).

poll(none) ->
    has_alarm() andalso force(shuffled(rabbit_amqqueue:list_local_quorum_queues())),
    none.

has_alarm() ->
    rabbit:is_serving() andalso ha_celery_checkpoints:has_alarm(node(), rabbit_alarm:get_alarms(?ANSWER_MS)).

%% Otherwise queues whose checkpoints fail could take all the time of every poll.
shuffled(Queues) ->
    [Queue || {_, Queue} <- lists:sort([{rand:uniform(), Queue} || Queue <- Queues])].

%% One queue after the other, so that they do not write at the same time.
force(Queues) ->
    End = now_ms() + ?ALL_MS,
    Members = [{Name, node()} || Queue <- Queues, {Name, _Leader} <- [amqqueue:get_pid(Queue)]],
    case [Member || Member <- Members, now_ms() < End, is_due(Member), checkpoint(Member)] of
        [] -> ok;
        Written -> logger:notice("Disk alarm: forced checkpoints of ~b quorum queues", [length(Written)])
    end.

%% Not while the member does not answer; it may be busy.
is_due(Member) ->
    case ha_celery_checkpoints:unreleased(ra:key_metrics(Member)) of
        0 ->
            false;
        Unreleased ->
            case ra:local_query(Member, fun rabbit_fifo:query_messages_total/1, ?ANSWER_MS) of
                {ok, {_Index, Messages}, _Leader} -> ha_celery_checkpoints:is_due(Unreleased, Messages);
                _ -> false
            end
    end.

%% What `rabbitmq-queues force_checkpoint` does, for the member on this node. Whether it was written in time. The queue may have been deleted.
checkpoint(Member) ->
    case ra:key_metrics(Member) of
        #{last_applied := Applied} ->
            ra:cast_aux_command(Member, force_checkpoint),
            is_written(Member, Applied, now_ms() + ?CHECKPOINT_MS);
        _ ->
            false
    end.

is_written(Member, Applied, End) ->
    case ra:key_metrics(Member) of
        #{snapshot_index := Checkpoint} when Checkpoint >= Applied ->
            true;
        _ ->
            timer:sleep(50),
            now_ms() < End andalso is_written(Member, Applied, End)
    end.

now_ms() ->
    erlang:monotonic_time(millisecond).
