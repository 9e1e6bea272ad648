-module(ha_celery_silence_tests).
-compile([export_all, nowarn_export_all]).

-import(ha_celery_silence, [read/1, step/4]).

sample_is_read_from_the_kernels_struct_test() ->
    Info = <<0:24/unit:8, 3:32/native, 0:28/unit:8, 1700:32/native, 0:44/unit:8>>,
    {true, 1700} = read(Info).

peer_that_owes_nothing_is_never_lost_test() ->
    {[], #{}} = poll_for(60000, fun(_) -> {false, 60000} end).

peer_that_acknowledges_is_never_lost_test() ->
    {[], _} = poll_for(60000, fun(_) -> {true, 200} end).

silence_begins_when_something_waits_and_not_with_the_last_acknowledgement_test() ->
    {[], #{a := 10000}} = step(#{a => {true, 60000}}, 10000, 9750, #{}).

silent_peer_is_lost_after_two_and_a_half_seconds_test() ->
    {[], _} = poll_for(2500, fun(Ms) -> {true, Ms} end),
    {[a], _} = poll_for(2750, fun(Ms) -> {true, Ms} end).

lost_peer_is_reported_once_test() ->
    {[a], Since} = step(#{a => {true, 3000}}, 13000, 12750, #{a => 10000}),
    false = maps:is_key(a, Since).

only_the_silent_one_of_several_is_lost_test() ->
    {[b], #{a := 12900}} = step(#{a => {true, 100}, b => {true, 3000}}, 13000, 12750, #{a => 12700, b => 10000}).

node_that_was_stopped_itself_judges_nobody_test() ->
    {[], #{a := 20000}} = step(#{a => {true, 10000}}, 20000, 12750, #{a => 10000}).

%% Polls every 250 ms, with the sample of the milliseconds since the beginning; ends at the first poll that finds the peer lost.
poll_for(Ms, Sample) ->
    lists:foldl(
        fun
            (Now, {[], Since}) -> step(#{a => Sample(Now)}, Now, Now - 250, Since);
            (_, Found) -> Found
        end,
        {[], #{}},
        lists:seq(250, Ms, 250)
    ).
