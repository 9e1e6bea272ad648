%% The metrics of dead letters, in the registry of rabbitmq_prometheus. A scrape reads what the last poll has found, and asks no queue.
-module(ha_celery_dead_letter_metrics).

-export([register/0, set/1, died/2, metrics/2]).
%% Called by prometheus_registry.
-export([collect_mf/2, deregister_cleanup/1]).

-define(APPLICATION, ha_celery_dead_letters).

-type letters() :: {VHost :: binary(), Messages :: non_neg_integer(), DiedMs :: integer() | unknown}.

%% At every poll, because the registry starts later than this plugin, and does not exist without rabbitmq_prometheus.
register() ->
    try prometheus_registry:collector_registeredp(default, ?MODULE) of
        true -> ok;
        false -> prometheus_registry:register_collector(default, ?MODULE)
    catch
        _:_ -> ok
    end.

-spec set([letters()]) -> ok.
set(Letters) ->
    application:set_env(?APPLICATION, letters, Letters).

%% When a message died, by its deaths. One that was published to the queue directly has none: then, when it was received.
-spec died(Deaths :: list() | undefined, ReceivedMs :: integer() | undefined) -> integer() | unknown.
died([_ | _] = Deaths, Received) ->
    case [At || {_Queue, {death, _, _, _, #{last_time := At}}} <- Deaths] of
        [] -> died(undefined, Received);
        Times -> lists:max(Times)
    end;
died(_Deaths, Received) when is_integer(Received) -> Received;
died(_Deaths, _Received) -> unknown.

%% Name, help, and a value for each virtual host. An empty queue has the age 0, and one whose first message is unknown has none.
-spec metrics([letters()], NowMs :: integer()) -> [{binary(), binary(), [{Labels :: list(), number()}]}].
metrics(Letters, Now) ->
    Counts = [{labels(VHost), Messages} || {VHost, Messages, _} <- Letters],
    Ages = [{labels(VHost), Age} || {VHost, Messages, Died} <- Letters, Age <- age(Messages, Died, Now)],
    Metrics = [
        {<<"ha_celery_dead_letters">>, <<"Dead letters, reported by the leader of their queue">>, Counts},
        {<<"ha_celery_dead_letters_oldest_seconds">>, <<"Age of the oldest dead letter">>, Ages}
    ],
    [Metric || {_, _, [_ | _]} = Metric <- Metrics].

labels(VHost) -> [{vhost, VHost}].

age(_Messages, Died, Now) when is_integer(Died) -> [max(0, Now - Died) / 1000];
age(0, unknown, _Now) -> [0];
age(_Messages, unknown, _Now) -> [].

%% Without these metrics, if something fails: an error would cost the scrape all others.
collect_mf(_Registry, Callback) ->
    try
        Letters = application:get_env(?APPLICATION, letters, []),
        [
            Callback(prometheus_model_helpers:create_mf(Name, Help, gauge, Values))
         || {Name, Help, Values} <- metrics(Letters, os:system_time(millisecond))
        ],
        ok
    catch
        _:_ -> ok
    end.

deregister_cleanup(_Registry) ->
    ok.
