%% Run by EUnit, in tests/cluster/plugins.test.ts. Without eunit.hrl, which an installed Erlang may lack.
-module(ha_celery_majority_tests).
-compile([export_all, nowarn_export_all]).

-import(ha_celery_majority, [counts/1, vote/2, step/2, closings/2, unreported/2]).

failed_list_of_members_is_unknown_test() ->
    unknown = vote([], [a]).

single_node_has_a_majority_test() ->
    majority = vote([a], [a]).

more_than_half_of_the_members_is_a_majority_test() ->
    majority = vote([a, b, c], [a, b]),
    minority = vote([a, b, c], [a]),
    minority = vote([a, b], [a]),
    minority = vote([a, b, c, d], [a, b]),
    majority = vote([a, b, c, d, e], [a, d, e]).

nodes_that_are_not_members_do_not_count_test() ->
    minority = vote([a, b, c], [a, x, y]).

peer_without_running_rabbitmq_does_not_count_test() ->
    false = counts({ok, stopped}),
    false = counts({ok, stopping}),
    false = counts({error, {erpc, noconnection}}).

peer_that_starts_counts_test() ->
    [true, true, true] = [counts({ok, State}) || State <- [booting, core_started, ready]].

peer_that_answers_late_or_not_at_all_counts_test() ->
    true = counts({error, {erpc, timeout}}),
    true = counts({error, {exception, undef, []}}).

only_three_missed_polls_close_test() ->
    [keep, keep, close, close] = actions([minority, minority, minority, minority]).

majority_opens_and_the_count_begins_anew_test() ->
    [keep, keep, open, keep, keep, close] = actions([minority, minority, majority, minority, minority, minority]).

unknown_changes_nothing_test() ->
    [keep, keep, keep, keep, open] = actions([unknown, unknown, unknown, unknown, majority]),
    [keep, keep, close, keep, close, open] = actions([minority, minority, minority, unknown, minority, majority]).

connection_is_asked_once_and_killed_after_five_polls_test() ->
    Stuck = self(),
    {[Stuck], [], #{Stuck := 1}} = closings([Stuck], #{}),
    {[], [], #{Stuck := 2}} = closings([Stuck], #{Stuck => 1}),
    {[], [], #{Stuck := 5}} = closings([Stuck], #{Stuck => 4}),
    {[], [Stuck], #{Stuck := 6}} = closings([Stuck], #{Stuck => 5}).

connection_that_ended_is_forgotten_test() ->
    {[], [], Asked} = closings([], #{self() => 3}),
    #{} = Asked,
    0 = map_size(Asked).

listener_that_cannot_be_opened_is_reported_once_test() ->
    Gone = {"resume", gone, badarg},
    {[Gone], Known} = unreported([Gone], []),
    {[], Known} = unreported([{"resume", gone, other_reason}], Known),
    {[{"resume", second, badarg}], Both} = unreported([Gone, {"resume", second, badarg}], Known),
    {[], Both} = unreported([Gone, {"resume", second, badarg}], Both).

listener_that_fails_again_after_a_success_is_reported_again_test() ->
    Gone = {"resume", gone, badarg},
    {[], []} = unreported([], [{"resume", gone}]),
    {[Gone], _} = unreported([Gone], []).

listener_that_cannot_be_closed_is_reported_too_test() ->
    {[{"suspend", gone, badarg}], _} = unreported([{"suspend", gone, badarg}], [{"resume", gone}]).

actions(Votes) ->
    {Actions, _Missed} = lists:mapfoldl(fun ha_celery_majority:step/2, 0, Votes),
    Actions.
