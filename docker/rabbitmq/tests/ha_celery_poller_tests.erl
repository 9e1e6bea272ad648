-module(ha_celery_poller_tests).
-behaviour(ha_celery_poller).
-compile([export_all, nowarn_export_all]).

%% Called by the poller.
poll(shutdown) ->
    exit({shutdown, {gen_statem, call, []}});
poll({Test, Count}) ->
    Test ! {polled, Count},
    {Test, Count + 1}.

each_poll_receives_the_state_of_the_last_one_test() ->
    {ok, Poller} = ha_celery_poller:start_link(?MODULE, 10, {self(), 1}),
    [receive {polled, Count} -> ok after 1000 -> exit(no_poll) end || Count <- [1, 2, 3]],
    Poller = whereis(?MODULE),
    gen_server:stop(Poller).

other_messages_are_ignored_test() ->
    {ok, Poller} = ha_celery_poller:start_link(?MODULE, 60000, {self(), 1}),
    Poller ! other,
    ok = gen_server:call(Poller, other),
    gen_server:stop(Poller).

call_waits_for_polls_that_were_sent_before_test() ->
    {ok, Poller} = ha_celery_poller:start_link(?MODULE, 60000, {self(), 1}),
    Poller ! poll,
    ok = gen_server:call(Poller, wait),
    receive {polled, 1} -> ok after 0 -> exit(no_poll) end,
    gen_server:stop(Poller).

an_exit_that_a_supervisor_would_take_for_a_shutdown_is_a_crash_test() ->
    process_flag(trap_exit, true),
    {ok, Poller} = ha_celery_poller:start_link(?MODULE, 60000, shutdown),
    Poller ! poll,
    receive {'EXIT', Poller, {poll_failed, exit, {shutdown, _}, _}} -> ok after 1000 -> exit(no_crash) end,
    process_flag(trap_exit, false).
