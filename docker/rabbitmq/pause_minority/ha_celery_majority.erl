%% Decides when a node closes itself to clients, without side effects.
-module(ha_celery_majority).

-export([counts/1, vote/2, step/2, closings/2, unreported/2]).
-export_type([vote/0, action/0]).

-type vote() :: majority | minority | unknown.
-type action() :: open | close | keep.

%% Number of consecutive polls without a majority that count as a partition; a brief disconnect does not.
-define(MAX_MISSED_POLLS, 3).
%% Number of polls that a connection has to end before it is killed.
-define(MAX_ASKED_POLLS, 5).

%% Whether a connected peer counts, by its answer to rabbit_boot_state:get(). A late answer is that of a busy peer; timeouts of the connection
%% decide whether it is lost.
-spec counts(Answer :: {ok, atom()} | {Class :: atom(), term()}) -> boolean().
counts({ok, stopped}) -> false;
counts({ok, stopping}) -> false;
counts({error, {erpc, noconnection}}) -> false;
counts(_) -> true.

%% An empty list of members is one that could not be read, which says nothing about the peers.
-spec vote(Members :: [node()], Present :: [node()]) -> vote().
vote([], _Present) ->
    unknown;
vote(Members, Present) ->
    case 2 * length([Member || Member <- Members, lists:member(Member, Present)]) > length(Members) of
        true -> majority;
        false -> minority
    end.

%% What to do after a poll, and the number of consecutive polls without a majority.
-spec step(vote(), Missed :: non_neg_integer()) -> {action(), non_neg_integer()}.
step(majority, _Missed) -> {open, 0};
step(unknown, Missed) -> {keep, Missed};
step(minority, Missed) when Missed + 1 < ?MAX_MISSED_POLLS -> {keep, Missed + 1};
step(minority, Missed) -> {close, Missed + 1}.

%% The connections to ask to close, those to kill because they did not, and the number of polls for which each has been asked.
-spec closings(Connections :: [pid()], Asked) -> {ToAsk :: [pid()], ToKill :: [pid()], Asked} when Asked :: #{pid() => pos_integer()}.
closings(Connections, Asked) ->
    Polls = maps:from_list([{Connection, maps:get(Connection, Asked, 0) + 1} || Connection <- Connections]),
    ToAsk = [Connection || Connection <- Connections, maps:get(Connection, Polls) =:= 1],
    ToKill = [Connection || Connection <- Connections, maps:get(Connection, Polls) > ?MAX_ASKED_POLLS],
    {ToAsk, ToKill, Polls}.

%% The failures to log, and those known from now on. A listener that disappeared fails at every poll.
-spec unreported([Failure], Known :: [{string(), term()}]) -> {[Failure], Known :: [{string(), term()}]} when
    Failure :: {Action :: string(), Listener :: term(), Reason :: term()}.
unreported(Failures, Known) ->
    New = [Failure || {Action, Listener, _} = Failure <- Failures, not lists:member({Action, Listener}, Known)],
    {New, [{Action, Listener} || {Action, Listener, _} <- Failures]}.
