%% Decides which peers are lost, by what the kernel knows of their connections, without side effects.
-module(ha_celery_silence).

-export([read/1, step/4]).
-export_type([sample/0]).

%% Whether data wait for an acknowledgement, and milliseconds since the last one.
-type sample() :: {Waits :: boolean(), LastMs :: non_neg_integer()}.
-type since() :: #{node() => Ms :: integer()}.

%% Milliseconds without an acknowledgement of what was sent after which a machine is lost. Its kernel acknowledges even if RabbitMQ has stopped
%% or its receive window is full. Three packets in a row have been lost by then.
-define(SILENCE_MS, 2500).
%% This node itself was stopped if it polls so much later than it should.
-define(LATE_MS, 1000).

%% Takes a sample from Linux's struct tcp_info: tcpi_unacked and tcpi_last_ack_recv.
-spec read(binary()) -> sample().
read(<<_:24/binary, Unacked:32/native, _:28/binary, LastMs:32/native, _/binary>>) ->
    {Unacked > 0, LastMs}.

%% The lost peers, and since when each of the others has acknowledged nothing. Now is in milliseconds, as is Before, the time of the last poll.
-spec step(Samples :: #{node() => sample()}, Now :: integer(), Before :: integer(), since()) -> {Lost :: [node()], since()}.
step(Samples, Now, Before, Since) ->
    Known =
        case Now - Before > ?LATE_MS of
            true -> #{};
            false -> Since
        end,
    Silent = maps:filtermap(fun(Node, Sample) -> silent_since(Sample, Now, maps:get(Node, Known, Now)) end, Samples),
    Lost = [Node || {Node, At} <- maps:to_list(Silent), Now - At >= ?SILENCE_MS],
    {lists:sort(Lost), maps:without(Lost, Silent)}.

%% The last acknowledgement may be old because nothing was sent.
silent_since({false, _LastMs}, _Now, _At) -> false;
silent_since({true, LastMs}, Now, At) -> {true, max(At, Now - LastMs)}.
