-module(ha_celery_dead_letter_metrics_tests).
-compile([export_all, nowarn_export_all]).

-import(ha_celery_dead_letter_metrics, [collect_mf/2, died/2, metrics/2, register/0, set/1]).

-define(VHOST, [{vhost, <<"celery">>}]).

last_death_counts_test() ->
    30 = died([death(10), death(30), death(20)], 5).

message_without_a_death_died_when_it_was_received_test() ->
    5 = died(undefined, 5),
    5 = died([], 5),
    5 = died([{<<"tasks">>, of_another_version}], 5).

message_without_any_time_is_unknown_test() ->
    unknown = died(undefined, undefined).

number_and_age_test() ->
    [
        {<<"ha_celery_dead_letters">>, _, [{?VHOST, 3}]},
        {<<"ha_celery_dead_letters_oldest_seconds">>, _, [{?VHOST, 2.5}]}
    ] = metrics([{<<"celery">>, 3, 1000}], 3500).

empty_queue_has_age_zero_test() ->
    [{_, _, [{?VHOST, 0}]}, {_, _, [{?VHOST, 0}]}] = metrics([{<<"celery">>, 0, unknown}], 3500).

unknown_age_is_not_reported_test() ->
    [{<<"ha_celery_dead_letters">>, _, [{?VHOST, 3}]}] = metrics([{<<"celery">>, 3, unknown}], 3500).

clock_of_another_node_gives_no_negative_age_test() ->
    [_, {_, _, [{?VHOST, +0.0}]}] = metrics([{<<"celery">>, 3, 9000}], 3500).

node_that_leads_no_dead_letters_reports_nothing_test() ->
    [] = metrics([], 3500).

without_prometheus_nothing_fails_test() ->
    ok = register(),
    ok = set([{<<"celery">>, 3, 1000}]),
    ok = collect_mf(default, fun(_) -> error(unexpected) end).

death(Time) ->
    {{<<"tasks">>, rejected}, {death, <<>>, [<<"tasks">>], 1, #{first_time => 1, last_time => Time}}}.
