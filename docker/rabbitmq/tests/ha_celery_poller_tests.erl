-module(ha_celery_poller_tests).
-behaviour(ha_celery_poller).
-compile([export_all, nowarn_export_all]).

%% Called by the poller.
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
