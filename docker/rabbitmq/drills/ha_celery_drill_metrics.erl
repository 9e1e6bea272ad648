%% The metrics of drills, in the registry of rabbitmq_prometheus. A scrape reads what the last poll has found.
-module(ha_celery_drill_metrics).

-export([register/0, set/1, verdicts/1, metrics/1]).
%% Called by prometheus_registry.
-export([collect_mf/2, deregister_cleanup/1]).

-define(APPLICATION, ha_celery_drills).
-define(PREFIX, "ha_celery_drill.").

-type verdict() :: {Scene :: binary(), Passed :: 0 | 1, FinishedSeconds :: non_neg_integer()}.

%% At every poll, because the registry starts later than this plugin, and does not exist without rabbitmq_prometheus.
register() ->
    try prometheus_registry:collector_registeredp(default, ?MODULE) of
        true -> ok;
        false -> prometheus_registry:register_collector(default, ?MODULE)
    catch
        _:_ -> ok
    end.

-spec set([verdict()]) -> ok.
set(Verdicts) ->
    application:set_env(?APPLICATION, verdicts, Verdicts).

%% The verdicts among all global parameters. Others, and values of another form, are left out.
-spec verdicts([list()]) -> [verdict()].
verdicts(Parameters) ->
    [
        {list_to_binary(Scene), Passed, Finished}
     || Parameter <- Parameters,
        ?PREFIX ++ Scene <- [atom_to_list(proplists:get_value(name, Parameter))],
        {Passed, Finished} <- [value(proplists:get_value(value, Parameter))],
        Passed =:= 0 orelse Passed =:= 1,
        is_integer(Finished)
    ].

value(Value) when is_map(Value) -> value(maps:to_list(Value));
value(Value) when is_list(Value) -> {proplists:get_value(<<"passed">>, Value), proplists:get_value(<<"finished">>, Value)};
value(_Value) -> unknown.

%% Name, help, and a value for each scene.
-spec metrics([verdict()]) -> [{binary(), binary(), [{Labels :: list(), number()}]}].
metrics([]) ->
    [];
metrics(Verdicts) ->
    [
        {<<"ha_celery_drill_passed">>, <<"Whether the last recorded drill of the scene passed">>, [
            {labels(Scene), Passed}
         || {Scene, Passed, _} <- Verdicts
        ]},
        {<<"ha_celery_drill_finished_timestamp_seconds">>, <<"When the last recorded drill of the scene ended">>, [
            {labels(Scene), Finished}
         || {Scene, _, Finished} <- Verdicts
        ]}
    ].

labels(Scene) -> [{scene, Scene}].

%% Without these metrics, if something fails: an error would cost the scrape all others.
collect_mf(_Registry, Callback) ->
    try
        [
            Callback(prometheus_model_helpers:create_mf(Name, Help, gauge, Values))
         || {Name, Help, Values} <- metrics(application:get_env(?APPLICATION, verdicts, []))
        ],
        ok
    catch
        _:_ -> ok
    end.

deregister_cleanup(_Registry) ->
    ok.
