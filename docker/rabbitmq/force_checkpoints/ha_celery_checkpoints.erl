%% Decides when a checkpoint is forced, without side effects.
-module(ha_celery_checkpoints).

-export([has_alarm/2, unreleased/1, is_due/2]).

%% A checkpoint writes about 32 bytes per message of the queue. With this number of messages per entry of the log, it writes at most 320 bytes
%% per entry that it releases.
-define(MESSAGES_PER_ENTRY, 10).

%% Whether a node has a disk alarm, by what rabbit_alarm:get_alarms() returns. A checkpoint frees nothing on other nodes, and no memory.
-spec has_alarm(node(), Alarms :: [{term(), term()}]) -> boolean().
has_alarm(Node, Alarms) ->
    lists:keymember({resource_limit, disk, Node}, 1, Alarms).

%% Number of entries since the last checkpoint, by what ra:key_metrics(Member) returns. 0 for a member that does not run.
-spec unreleased(Metrics :: map()) -> non_neg_integer().
unreleased(#{state := State, last_applied := Applied, snapshot_index := Checkpoint}) when State =/= noproc ->
    max(0, Applied - Checkpoint);
unreleased(_) ->
    0.

%% Whether a checkpoint of a queue is worth its cost.
-spec is_due(Unreleased :: non_neg_integer(), Messages :: non_neg_integer()) -> boolean().
is_due(0, _Messages) -> false;
is_due(Unreleased, Messages) -> Unreleased * ?MESSAGES_PER_ENTRY >= Messages.
