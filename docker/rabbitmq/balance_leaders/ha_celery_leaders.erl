%% Decides when leaders are balanced, without side effects.
-module(ha_celery_leaders).

-export([is_coordinator/2, step/2, is_unbalanced/1]).

%% Number of consecutive polls for which all members must serve. In a rolling restart, the next one stops earlier.
-define(STABLE_POLLS, 12).

%% Whether this node is the one that balances. A single member leads all queues.
-spec is_coordinator(node(), Members :: [node()]) -> boolean().
is_coordinator(_Node, []) -> false;
is_coordinator(_Node, [_Single]) -> false;
is_coordinator(Node, Members) -> Node =:= lists:min(Members).

%% Whether to look at the leaders now, and the number of consecutive polls for which all members have served.
-spec step(AllServe :: boolean(), Stable :: non_neg_integer()) -> {boolean(), non_neg_integer()}.
step(false, _Stable) -> {false, 0};
step(true, Stable) when Stable + 1 < ?STABLE_POLLS -> {false, Stable + 1};
step(true, _Stable) -> {true, 0}.

%% Whether one node leads more than half of the queues and one more. A smaller difference is not worth the moves.
-spec is_unbalanced(Leaders :: [node()]) -> boolean().
is_unbalanced(Leaders) ->
    Counts = maps:values(maps:groups_from_list(fun(Leader) -> Leader end, Leaders)),
    lists:any(fun(Led) -> length(Led) > length(Leaders) / 2 + 1 end, Counts).
