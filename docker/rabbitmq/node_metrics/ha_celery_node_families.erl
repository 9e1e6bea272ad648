%% The metrics of a node, in two registries of rabbitmq_prometheus: the certificate with all others at /metrics, and all of these alone at
%% /metrics/ha_celery. So an installation with thousands of queues has no series of each at /metrics.
-module(ha_celery_node_families).

-export([register/0, set/1, counts/1, since/2, metrics/3, expiry/1]).
%% Called by prometheus_registry.
-export([collect_mf/2, deregister_cleanup/1]).

-define(APPLICATION, ha_celery_node_metrics).
-define(REGISTRIES, [default, ha_celery]).
-define(EPOCH_SECONDS, 62167219200).

-type first() :: {VHost :: binary(), Queue :: binary(), SinceMs :: integer()}.

%% At every poll, because the registry starts later than this plugin, and does not exist without rabbitmq_prometheus.
register() ->
    [register_in(Registry) || Registry <- ?REGISTRIES],
    ok.

register_in(Registry) ->
    try prometheus_registry:collector_registeredp(Registry, ?MODULE) of
        true -> ok;
        false -> prometheus_registry:register_collector(Registry, ?MODULE)
    catch
        _:_ -> ok
    end.

-spec set([first()]) -> ok.
set(First) ->
    application:set_env(?APPLICATION, first, First).

%% All queues but Celery's own of delayed tasks.
-spec counts(Queue :: binary()) -> boolean().
counts(<<"celery_delayed_", _/binary>>) -> false;
counts(_Queue) -> true.

%% When a message came to its queue: when it left the queue of delayed tasks, or when it was received.
-spec since(Deaths :: list() | undefined, ReceivedMs :: integer() | undefined) -> [integer()].
since(Deaths, Received) ->
    Times = [At || {_Queue, {death, _, _, _, #{last_time := At}}} <- lists:append([Deaths || is_list(Deaths)])],
    case Times ++ [Received || is_integer(Received)] of
        [] -> [];
        All -> [lists:max(All)]
    end.

%% Name, help, and values. An expiry that is unknown has none.
-spec metrics([first()], Expiry :: [integer()], NowMs :: integer()) ->
    [{binary(), binary(), [{Labels :: list(), number()}]}].
metrics(First, Expiry, Now) ->
    Ages = [{[{vhost, VHost}, {queue, Queue}], max(0, Now - Since) / 1000} || {VHost, Queue, Since} <- First],
    Metrics = [
        {<<"ha_celery_certificate_expiry_timestamp_seconds">>, <<"When the certificate of this node expires">>, [
            {[], At}
         || At <- Expiry
        ]},
        {<<"ha_celery_queue_oldest_seconds">>, <<"Age of the first ready task, reported by the leader of its queue">>, Ages}
    ],
    [Metric || {_, _, [_ | _]} = Metric <- Metrics].

%% Without TLS, or without a certificate that can be read, there is none.
-spec expiry(SslOptions :: list()) -> [integer()].
expiry(SslOptions) ->
    try
        {ok, Pem} = file:read_file(proplists:get_value(certfile, SslOptions)),
        [{'Certificate', Der, not_encrypted} | _] = public_key:pem_decode(Pem),
        %% The image has no header files of Erlang: a certificate's second element is what is signed, and its sixth the validity.
        {'Validity', _Begin, End} = element(6, element(2, public_key:pkix_decode_cert(Der, plain))),
        [seconds(End)]
    catch
        _:_ -> []
    end.

%% Two digits of the year are from 1950 to 2049.
seconds({utcTime, [A, B | Rest]}) ->
    Year = list_to_integer([A, B]),
    seconds(Rest, Year + if Year >= 50 -> 1900; true -> 2000 end);
seconds({generalTime, [A, B, C, D | Rest]}) ->
    seconds(Rest, list_to_integer([A, B, C, D])).

seconds(Rest, Year) ->
    {ok, [Month, Day, Hour, Minute, Second], _} = io_lib:fread("~2d~2d~2d~2d~2d", Rest),
    calendar:datetime_to_gregorian_seconds({{Year, Month, Day}, {Hour, Minute, Second}}) - ?EPOCH_SECONDS.

%% Without these metrics, if something fails: an error would cost the scrape all others.
collect_mf(Registry, Callback) ->
    try
        First = [Each || Registry =/= default, Each <- application:get_env(?APPLICATION, first, [])],
        Expiry = expiry(application:get_env(rabbit, ssl_options, [])),
        [
            Callback(prometheus_model_helpers:create_mf(Name, Help, gauge, Values))
         || {Name, Help, Values} <- metrics(First, Expiry, os:system_time(millisecond))
        ],
        ok
    catch
        _:_ -> ok
    end.

deregister_cleanup(_Registry) ->
    ok.
