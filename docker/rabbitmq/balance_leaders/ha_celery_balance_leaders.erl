%% Balances the leaders of quorum queues. A stopping node hands its leaders over, and RabbitMQ never moves them back: after a rolling restart
%% the node that restarted last leads nothing.
-module(ha_celery_balance_leaders).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "balances the leaders of quorum queues after restarts"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_balance_leaders_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 5000).
%% Time for peers to answer, in milliseconds.
-define(ANSWER_MS, 1000).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, 0).

%% State: number of consecutive polls for which all members have served.
poll(Stable) ->
    {Look, NowStable} = ha_celery_leaders:step(all_serve(rabbit_nodes:list_members()), Stable),
    Look andalso balance(),
    NowStable.

%% False on all nodes but one. Asks only connected members, because a new connection to a lost one takes seconds to fail.
all_serve(Members) ->
    ha_celery_leaders:is_coordinator(node(), Members) andalso
        Members -- [node() | nodes()] =:= [] andalso
        lists:all(fun(Answer) -> Answer =:= {ok, true} end, erpc:multicall(Members, rabbit, is_serving, [], ?ANSWER_MS)).

%% RabbitMQ moves one queue after the other, and waits for the new leader of each.
balance() ->
    Leaders = [amqqueue:qnode(Queue) || Queue <- rabbit_amqqueue:list(), amqqueue:get_type(Queue) =:= rabbit_quorum_queue],
    case ha_celery_leaders:is_unbalanced(Leaders) of
        true ->
            logger:notice("One node leads more than half of the queues: balancing leaders"),
            rebalance();
        false ->
            ok
    end.

%% RabbitMQ 4.3 fails if a queue's leader has no metrics, such as one that cannot start. The next look at the leaders repeats it.
rebalance() ->
    try
        rabbit_amqqueue:rebalance(quorum, <<".*">>, <<".*">>)
    catch
        Class:Reason -> logger:warning("Failed to balance leaders: ~p:~p", [Class, Reason])
    end.
