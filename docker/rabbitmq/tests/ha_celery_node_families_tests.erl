-module(ha_celery_node_families_tests).
-compile([export_all, nowarn_export_all]).

-import(ha_celery_node_families, [collect_mf/2, counts/1, expiry/1, metrics/3, register/0, set/1, since/2]).

-define(FIRST, {<<"celery">>, <<"tasks">>, 1000}).

delayed_tasks_do_not_count_test() ->
    false = counts(<<"celery_delayed_27">>),
    true = counts(<<"tasks">>).

task_is_in_its_queue_since_it_left_another_test() ->
    [30] = since([death(10), death(30)], 5),
    [5] = since([], 5),
    [5] = since(undefined, 5),
    [5] = since([{<<"tasks">>, of_another_version}], 5).

task_without_any_time_is_left_out_test() ->
    [] = since(undefined, undefined).

all_metrics_test() ->
    [
        {<<"ha_celery_certificate_expiry_timestamp_seconds">>, _, [{[], 1800000000}]},
        {<<"ha_celery_queue_oldest_seconds">>, _, [{[{vhost, <<"celery">>}, {queue, <<"tasks">>}], 2.5}]}
    ] = metrics([?FIRST], [1800000000], 3500).

node_without_tls_and_tasks_reports_nothing_test() ->
    [] = metrics([], [], 3500).

clock_of_another_node_gives_no_negative_age_test() ->
    [{_, _, [{_, +0.0}]}] = metrics([?FIRST], [], 500).

certificate_that_cannot_be_read_has_no_expiry_test() ->
    [] = expiry([]),
    [] = expiry([{certfile, "/nowhere"}]),
    [] = expiry([{certfile, code:which(?MODULE)}]).

%% It ends at 13:00 UTC.
expiry_of_a_certificate_test() ->
    #{cert := Der} = public_key:pkix_test_root_cert("test", [{validity, {{2026, 1, 1}, {2051, 2, 3}}}]),
    File = filename:join("/tmp", ?MODULE_STRING),
    ok = file:write_file(File, public_key:pem_encode([{'Certificate', Der, not_encrypted}])),
    [2559042000] = expiry([{cacertfile, "/nowhere"}, {certfile, File}]),
    ok = file:delete(File).

without_prometheus_nothing_fails_test() ->
    ok = register(),
    ok = set([?FIRST]),
    ok = collect_mf(default, fun(_) -> error(unexpected) end).

death(Time) ->
    {{<<"celery_delayed_0">>, expired}, {death, <<>>, [<<"tasks">>], 1, #{first_time => 1, last_time => Time}}}.
