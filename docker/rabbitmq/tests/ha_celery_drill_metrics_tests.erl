-module(ha_celery_drill_metrics_tests).
-compile([export_all, nowarn_export_all]).

-import(ha_celery_drill_metrics, [collect_mf/2, metrics/1, register/0, set/1, verdicts/1]).

-define(VALUE, [{<<"finished">>, 1790000000}, {<<"passed">>, 1}]).

verdict_of_each_scene_test() ->
    [{<<"broker-kill">>, 1, 1790000000}] = verdicts([parameter('ha_celery_drill.broker-kill', ?VALUE)]),
    [{<<"drain">>, 0, 5}] = verdicts([parameter('ha_celery_drill.drain', #{<<"passed">> => 0, <<"finished">> => 5})]).

other_parameters_are_left_out_test() ->
    [] = verdicts([parameter(cluster_name, <<"mq">>), parameter(ha_celery_drills, ?VALUE)]).

values_of_another_form_are_left_out_test() ->
    Values = [<<"yes">>, [], [{<<"passed">>, 2}, {<<"finished">>, 5}], [{<<"passed">>, 1}], 7],
    [] = verdicts([parameter('ha_celery_drill.drain', Value) || Value <- Values]).

metrics_of_two_scenes_test() ->
    [
        {<<"ha_celery_drill_passed">>, _, [{[{scene, <<"a">>}], 1}, {[{scene, <<"b">>}], 0}]},
        {<<"ha_celery_drill_finished_timestamp_seconds">>, _, [{[{scene, <<"a">>}], 3}, {[{scene, <<"b">>}], 4}]}
    ] = metrics([{<<"a">>, 1, 3}, {<<"b">>, 0, 4}]).

without_drills_nothing_is_reported_test() ->
    [] = metrics([]).

without_prometheus_nothing_fails_test() ->
    ok = register(),
    ok = set([{<<"a">>, 1, 3}]),
    ok = collect_mf(default, fun(_) -> error(unexpected) end).

parameter(Name, Value) -> [{name, Name}, {value, Value}].
