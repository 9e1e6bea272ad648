-module(ha_celery_checkpoints_tests).
-compile([export_all, nowarn_export_all]).

-import(ha_celery_checkpoints, [has_alarm/2, unreleased/1, is_due/2]).

without_alarm_nothing_is_done_test() ->
    false = has_alarm(a, []).

only_disk_alarms_of_this_node_count_test() ->
    Alarms = [{{resource_limit, disk, b}, []}, {{resource_limit, memory, a}, []}],
    [false, true] = [has_alarm(Node, Alarms) || Node <- [a, b]].

entries_since_the_checkpoint_are_unreleased_test() ->
    7 = unreleased(#{state => follower, last_applied => 12, snapshot_index => 5}),
    0 = unreleased(#{state => leader, last_applied => 5, snapshot_index => 5}).

checkpoint_of_a_leader_may_be_ahead_of_a_member_test() ->
    0 = unreleased(#{state => follower, last_applied => 5, snapshot_index => 12}).

member_that_does_not_run_has_nothing_to_release_test() ->
    0 = unreleased(#{state => noproc, membership => unknown}),
    0 = unreleased(#{state => noproc, last_applied => 12, snapshot_index => 5}).

empty_queue_is_due_as_soon_as_it_has_an_entry_test() ->
    [false, true] = [is_due(Unreleased, 0) || Unreleased <- [0, 1]].

long_queue_waits_until_the_checkpoint_is_worth_its_size_test() ->
    [false, true] = [is_due(Unreleased, 1000000) || Unreleased <- [99999, 100000]].
