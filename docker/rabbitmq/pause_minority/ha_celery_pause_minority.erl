%% Closes a node to clients while it is in a minority of the cluster. RabbitMQ 4.3 has no partition handling: such a node keeps its clients
%% but neither confirms nor delivers messages, so these clients hang until the partition ends.
-module(ha_celery_pause_minority).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "closes this node to clients while it is in a minority"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_pause_minority_sup]}},
    {requires, core_initialized}
]}).

-define(POLL_MS, 1000).
%% Time for peers to answer, in milliseconds.
-define(ANSWER_MS, 1000).
-define(EXPLANATION, "this node is in a minority: connect to another one").

%% Number of consecutive polls without a majority, the connections that have been asked to close, and the failures of the last poll.
-record(state, {missed = 0, asked = #{}, failed = []}).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, #state{}).

poll(#state{missed = Missed} = State) ->
    {Action, NowMissed} = ha_celery_majority:step(vote(), Missed),
    act(Action, State#state{missed = NowMissed}).

act(open, #state{failed = Failed} = State) ->
    report(resume(Failed), State#state{asked = #{}});
act(keep, State) ->
    State;
act(close, State) ->
    report(suspend(), close_connections(State)).

vote() ->
    try rabbit_nodes:list_members() of
        Members -> ha_celery_majority:vote(Members, present(Members))
    catch
        _:_ -> unknown
    end.

%% Asks only connected members, because a new connection to a lost one takes seconds to fail.
present(Members) ->
    Peers = [Member || Member <- Members, lists:member(Member, nodes())],
    Answers = erpc:multicall(Peers, rabbit_boot_state, get, [], ?ANSWER_MS),
    [node() | [Peer || {Peer, Answer} <- lists:zip(Peers, Answers), ha_celery_majority:counts(Answer)]].

%% At every poll, because listeners open late in the start of a node, and `rabbitmq-upgrade revive` opens them.
suspend() ->
    case listeners() -- suspended() of
        [] ->
            ok;
        New ->
            logger:warning("This node is in a minority: closing client connections and listeners"),
            set_suspended(New ++ suspended())
    end,
    failures("suspend", fun ranch:suspend_listener/1).

resume(Failed) ->
    case suspended() =/= [] andalso not rabbit_maintenance:is_being_drained_local_read(node()) of
        true ->
            [logger:warning("This node is in the majority again: opening client listeners") || not lists:keymember("resume", 1, Failed)],
            Failures = failures("resume", fun ranch:resume_listener/1),
            set_suspended([Listener || {_, Listener, _} <- Failures]),
            Failures;
        false ->
            []
    end.

%% What fails is attempted again at the next poll.
failures(What, Action) ->
    [{What, Listener, Reason} || Listener <- suspended(), {failed, Reason} <- [attempt(Action, Listener)]].

attempt(Action, Listener) ->
    try Action(Listener) of
        ok -> ok;
        Other -> {failed, Other}
    catch
        _:Reason -> {failed, Reason}
    end.

report(Failures, #state{failed = Failed} = State) ->
    {New, Known} = ha_celery_majority:unreported(Failures, Failed),
    [logger:error("Failed to ~s listener ~p: ~p", [What, Listener, Reason]) || {What, Listener, Reason} <- New],
    State#state{failed = Known}.

%% At every poll, because a connection that is being opened appears in the list later. Asking waits for the connection, which may not answer.
close_connections(#state{asked = Asked} = State) ->
    {ToAsk, ToKill, NowAsked} = ha_celery_majority:closings(rabbit_networking:local_connections(), Asked),
    [spawn(rabbit_networking, close_connection, [Connection, ?EXPLANATION]) || Connection <- ToAsk],
    [exit(Connection, kill) || Connection <- ToKill],
    State#state{asked = NowAsked}.

%% Message protocols only; management and metrics stay available.
listeners() ->
    Listeners = [rabbit_networking:ranch_ref(Listener) || Listener <- rabbit_networking:node_client_listeners(node())],
    [Listener || Listener <- Listeners, not is_http(rabbit_networking:ranch_ref_to_protocol(Listener))].

is_http(Protocol) ->
    lists:prefix("http", atom_to_list(Protocol)).

%% Stored outside this process, so that a restarted one knows what to resume.
suspended() ->
    application:get_env(?MODULE, suspended, []).

set_suspended(Listeners) ->
    application:set_env(?MODULE, suspended, Listeners).
