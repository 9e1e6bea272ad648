%% Closes a node to clients while it lacks the majority of the cluster. RabbitMQ 4.3 has no partition handling any more: such a node keeps
%% its clients, confirms nothing and delivers nothing, so whoever is connected to it waits until the partition is over.
-module(ha_celery_pause_minority).
-behaviour(gen_server).

-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-rabbit_boot_step({?MODULE, [
    {description, "closes this node to clients while it is in a minority"},
    {mfa, {rabbit_sup, start_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_pause_minority_sup]}},
    {requires, core_initialized}
]}).

-define(LOOK_MS, 1000).
%% A connection between nodes that breaks and is back at once is no partition.
-define(PATIENCE_LOOKS, 3).
-define(EXPLANATION, "this node is in a minority: connect to another one").

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% The state: how many looks in a row found no majority.
init([]) ->
    look_soon(),
    {ok, 0}.

handle_call(_Request, _From, Missed) ->
    {reply, ok, Missed}.

handle_cast(_Message, Missed) ->
    {noreply, Missed}.

handle_info(look, Missed) ->
    look_soon(),
    {noreply, act(has_majority(), Missed)};
handle_info(_Message, Missed) ->
    {noreply, Missed}.

look_soon() ->
    erlang:send_after(?LOOK_MS, self(), look).

act(true, _Missed) ->
    resume(),
    0;
act(false, Missed) when Missed + 1 < ?PATIENCE_LOOKS ->
    Missed + 1;
act(false, Missed) ->
    pause(),
    Missed + 1.

has_majority() ->
    Members = rabbit_nodes:list_members(),
    Present = [Member || Member <- Members, lists:member(Member, [node() | nodes()])],
    2 * length(Present) > length(Members).

pause() ->
    case is_paused() of
        true ->
            ok;
        false ->
            logger:warning("This node is in a minority: it closes its clients' connections and listeners until it is not"),
            [ok = ranch:suspend_listener(Listener) || Listener <- listeners()],
            set_paused(true)
    end,
    %% At each look: one that was being opened meanwhile is in this list only later.
    rabbit_networking:close_connections(rabbit_networking:local_connections(), ?EXPLANATION).

resume() ->
    case is_paused() andalso not rabbit_maintenance:is_being_drained_local_read(node()) of
        true ->
            logger:warning("This node is with the majority again: it opens its listeners"),
            [ok = ranch:resume_listener(Listener) || Listener <- listeners()],
            set_paused(false);
        false ->
            ok
    end.

%% Those of messages: management and metrics are of use just then.
listeners() ->
    Listeners = [rabbit_networking:ranch_ref(Listener) || Listener <- rabbit_networking:node_client_listeners(node())],
    [Listener || Listener <- Listeners, not is_http(rabbit_networking:ranch_ref_to_protocol(Listener))].

is_http(Protocol) ->
    lists:prefix("http", atom_to_list(Protocol)).

%% Beyond this process, whose next one else would not know that it has something to resume.
is_paused() ->
    application:get_env(?MODULE, paused, false).

set_paused(Paused) ->
    application:set_env(?MODULE, paused, Paused).
