-module(ha_celery_leaders_tests).
-compile([export_all, nowarn_export_all]).

-import(ha_celery_leaders, [is_coordinator/2, step/2, is_unbalanced/1]).

one_member_coordinates_test() ->
    [true, false, false] = [is_coordinator(Node, [c, a, b]) || Node <- [a, b, c]].

failed_list_of_members_has_no_coordinator_test() ->
    false = is_coordinator(a, []).

single_member_does_not_coordinate_test() ->
    false = is_coordinator(a, [a]).

looks_once_a_minute_while_all_serve_test() ->
    Looks = looks(lists:duplicate(24, true)),
    [12, 24] = [Poll || {Poll, true} <- lists:enumerate(Looks)].

restart_begins_the_minute_anew_test() ->
    Looks = looks(lists:duplicate(11, true) ++ [false] ++ lists:duplicate(12, true)),
    [24] = [Poll || {Poll, true} <- lists:enumerate(Looks)].

more_than_half_and_one_is_unbalanced_test() ->
    false = is_unbalanced(leaders([{a, 16}, {b, 14}])),
    true = is_unbalanced(leaders([{a, 17}, {b, 13}])),
    true = is_unbalanced(leaders([{a, 31}])),
    false = is_unbalanced(leaders([{a, 11}, {b, 10}, {c, 10}])).

few_queues_test() ->
    false = is_unbalanced([]),
    false = is_unbalanced([a]),
    false = is_unbalanced([a, a]),
    true = is_unbalanced([a, a, a]).

looks(Polls) ->
    {Looks, _Stable} = lists:mapfoldl(fun ha_celery_leaders:step/2, 0, Polls),
    Looks.

leaders(Counts) ->
    lists:append([lists:duplicate(Count, Node) || {Node, Count} <- Counts]).
