%% Disconnects peers whose machine is lost, and has the queues elect other leaders. The kernel would close the connection only after TCP_USER_TIMEOUT, which must be longer, because it
%% also runs while a peer is alive but its receive window is full.
-module(ha_celery_detect_lost_nodes).
-behaviour(ha_celery_poller).

-export([start_link/0, poll/1]).

-rabbit_boot_step({?MODULE, [
    {description, "disconnects peers whose machine is lost"},
    {mfa, {rabbit_sup, start_delayed_restartable_child, [?MODULE]}},
    {cleanup, {rabbit_sup, stop_child, [ha_celery_detect_lost_nodes_sup]}},
    {requires, core_initialized}
]}).

-include_lib("kernel/include/net_address.hrl").

-define(POLL_MS, 250).
-define(TURN_MS, 500).
%% IPPROTO_TCP and TCP_INFO of Linux, and the number of bytes that are needed of struct tcp_info.
-define(TCP_INFO(Bytes), {raw, 6, 11, Bytes}).
-define(BYTES, 104).

%% Time of the last poll, since when peers are silent, and the sockets of connections that use TLS, by node and controlling process.
-record(state, {polled, since = #{}, sockets = #{}}).

start_link() ->
    ha_celery_poller:start_link(?MODULE, ?POLL_MS, #state{polled = now_ms()}).

poll(#state{polled = Before, since = Since, sockets = Known}) ->
    Now = now_ms(),
    Controllers = [Each || {Node, _} = Each <- erlang:system_info(dist_ctrl), lists:member(Node, nodes())],
    Sockets = maps:from_list([{Each, socket(Each, Known)} || Each <- Controllers]),
    Samples = maps:from_list([{Node, Sample} || {{Node, _}, Socket} <- maps:to_list(Sockets), {ok, Sample} <- [sample(Socket)]]),
    {Lost, NowSince} = ha_celery_silence:step(Samples, Now, Before, Since),
    [disconnect(Node) || Node <- Lost],
    #state{polled = Now, since = NowSince, sockets = Sockets}.

disconnect(Node) ->
    logger:warning("The machine of ~s is lost: it acknowledges nothing", [Node]),
    Members = members_led_from(Node),
    erlang:disconnect_node(Node),
    spawn(fun() -> elect(Members, Node) end).

%% Members on this node of queues and of the metadata store that have their leader there.
members_led_from(Node) ->
    [{Cluster, Member} || {Cluster, {_, Leader}, All} <- ra_leaderboard:overview(), Leader =:= Node, {_, At} = Member <- All, At =:= node()].

%% Calls elections, because Ra waits up to 10 s: it knows only that the connection is gone. One broker after another, so that they do not compete.
%% The next one is needed if a member here lacks entries that its peers have.
elect(Members, Lost) ->
    timer:sleep(?TURN_MS * length([Node || Node <- nodes(), Node < node()])),
    [spawn(fun() -> ra:trigger_election(Member) end) || {Cluster, Member} <- Members, has_no_other_leader(Cluster, Lost)].

has_no_other_leader(Cluster, Lost) ->
    case ra_leaderboard:lookup_leader(Cluster) of
        {_, Node} -> Node =:= Lost;
        undefined -> true
    end.

%% The controller is the socket, or with TLS a process.
socket({_Node, Controller}, _Known) when is_port(Controller) -> Controller;
socket({Node, _} = Each, Known) ->
    case Known of
        #{Each := Socket} when Socket =/= none -> Socket;
        _ -> find(Node)
    end.

%% By the peer's address. It looks at every socket, so it is done once for each connection.
find(Node) ->
    case net_kernel:node_info(Node, address) of
        {ok, #net_address{address = Address}} ->
            Sockets = [Port || Port <- erlang:ports(), erlang:port_info(Port, name) =:= {name, "tcp_inet"}],
            case [Port || Port <- Sockets, inet:peername(Port) =:= {ok, Address}] of
                [Socket | _] -> Socket;
                [] -> none
            end;
        _ ->
            none
    end.

sample(none) ->
    none;
sample(Socket) ->
    case inet:getopts(Socket, [?TCP_INFO(?BYTES)]) of
        {ok, [{raw, _, _, Info}]} -> {ok, ha_celery_silence:read(Info)};
        _ -> none
    end.

now_ms() ->
    erlang:monotonic_time(millisecond).
