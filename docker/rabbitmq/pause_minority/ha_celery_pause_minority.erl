%% Closes a node to clients while it is in a minority of the cluster. RabbitMQ 4.3 has no partition handling: such a node keeps its clients
%% but neither confirms nor delivers messages, so these clients hang until the partition ends.
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

-define(POLL_MS, 1000).
%% Number of consecutive polls without a majority that count as a partition; a brief disconnect does not.
-define(MAX_MISSED_POLLS, 3).
-define(EXPLANATION, "this node is in a minority: connect to another one").

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% State: number of consecutive polls without a majority.
init([]) ->
    schedule_poll(),
    {ok, 0}.

handle_call(_Request, _From, Missed) ->
    {reply, ok, Missed}.

handle_cast(_Message, Missed) ->
    {noreply, Missed}.

handle_info(poll, Missed) ->
    schedule_poll(),
    {noreply, act(has_majority(), Missed)};
handle_info(_Message, Missed) ->
    {noreply, Missed}.

schedule_poll() ->
    erlang:send_after(?POLL_MS, self(), poll).

act(true, _Missed) ->
    resume(),
    0;
act(false, Missed) when Missed + 1 < ?MAX_MISSED_POLLS ->
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
            logger:warning("This node is in a minority: closing client connections and listeners"),
            [ok = ranch:suspend_listener(Listener) || Listener <- listeners()],
            set_paused(true)
    end,
    %% At every poll, because a connection that is being opened appears in this list later.
    rabbit_networking:close_connections(rabbit_networking:local_connections(), ?EXPLANATION).

resume() ->
    case is_paused() andalso not rabbit_maintenance:is_being_drained_local_read(node()) of
        true ->
            logger:warning("This node is in the majority again: opening client listeners"),
            [ok = ranch:resume_listener(Listener) || Listener <- listeners()],
            set_paused(false);
        false ->
            ok
    end.

%% Message protocols only; management and metrics stay available.
listeners() ->
    Listeners = [rabbit_networking:ranch_ref(Listener) || Listener <- rabbit_networking:node_client_listeners(node())],
    [Listener || Listener <- Listeners, not is_http(rabbit_networking:ranch_ref_to_protocol(Listener))].

is_http(Protocol) ->
    lists:prefix("http", atom_to_list(Protocol)).

%% Stored outside this process, so that a restarted one knows whether to resume.
is_paused() ->
    application:get_env(?MODULE, paused, false).

set_paused(Paused) ->
    application:set_env(?MODULE, paused, Paused).
