%% A process that calls its plugin at an interval. Each plugin starts it with rabbit_sup:start_delayed_restartable_child: a process that crashes
%% again and again is restarted once a second, instead of stopping RabbitMQ. One that exits with shutdown is not restarted, and a call to a
%% process that is being stopped exits so: a poll turns every exit into a crash.
-module(ha_celery_poller).
-behaviour(gen_server).

-export([start_link/3]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

%% Returns the state that the next call receives. After a crash, calls start with the first state again.
-callback poll(State) -> State when State :: term().

%% Registers the process under the plugin's name.
-spec start_link(Plugin :: module(), IntervalMs :: pos_integer(), State :: term()) -> {ok, pid()} | {error, term()}.
start_link(Plugin, IntervalMs, State) ->
    gen_server:start_link({local, Plugin}, ?MODULE, {Plugin, IntervalMs, State}, []).

init({_Plugin, IntervalMs, _State} = Poller) ->
    schedule_poll(IntervalMs),
    {ok, Poller}.

%% The answer comes once all earlier polls are done.
handle_call(_Request, _From, Poller) ->
    {reply, ok, Poller}.

handle_cast(_Message, Poller) ->
    {noreply, Poller}.

handle_info(poll, {Plugin, IntervalMs, State}) ->
    schedule_poll(IntervalMs),
    {noreply, {Plugin, IntervalMs, next_state(Plugin, State)}};
handle_info(_Message, Poller) ->
    {noreply, Poller}.

next_state(Plugin, State) ->
    try
        Plugin:poll(State)
    catch
        Class:Reason:Stack -> exit({poll_failed, Class, Reason, Stack})
    end.

schedule_poll(IntervalMs) ->
    erlang:send_after(IntervalMs, self(), poll).
