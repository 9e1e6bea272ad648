import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Selection } from "../../deadLetters/selection";
import { messageOf } from "../../errors";
import type { InstallationStatus } from "../../status/model";
import { count, counted } from "../format";
import type { Listing } from "../letters";
import type { Outcome, Session } from "../routes";
import { Letter } from "./letter";
import { LetterActions, OutcomeBanner } from "./letterActions";
import { LetterFilters } from "./letterFilters";
import { letterCommand } from "./letterWords";
import { Command, State } from "./parts";
import { ask } from "./requests";
import { TableRegion } from "./tableRegion";
import { ago, clock } from "./time";
import { When } from "./when";

interface LettersProps {
  readonly status: InstallationStatus;
  readonly now: number;
  readonly session: Session | undefined;
  /** Id of the letter in the address. */
  readonly chosen: string | undefined;
}

interface Reading {
  readonly listing?: Listing;
  readonly failure?: string;
  readonly isBusy: boolean;
}

/** Dead letters: which there are, why, and what to do about them. */
export function Letters({ status, now, session, chosen }: LettersProps) {
  const [selection, setSelection] = useState<Selection>({});
  const [reading, setReading] = useState<Reading>({ isBusy: true });
  /** Those without a selection, which the filters offer. */
  const [groups, setGroups] = useState<Listing["groups"]>([]);
  const [outcome, setOutcome] = useState<Outcome>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stopped = new AbortController();
    setReading(({ listing }) => ({ listing, isBusy: true }));
    ask<Listing>("dead-letters", { selection: JSON.stringify(selection) }, stopped.signal).then(
      (listing) => {
        setReading({ listing, isBusy: false });
        if (Object.values(selection).every((value) => value === undefined)) setGroups(listing.groups);
      },
      (error: unknown) =>
        stopped.signal.aborted ||
        setReading(({ listing }) => ({ listing, failure: messageOf(error), isBusy: false })),
    );
    return () => stopped.abort();
  }, [selection, turn]);
  // What was done is about the view in which it was done. Before the next one is drawn, so that none shows it.
  useLayoutEffect(() => setOutcome(undefined), [chosen]);
  const again = () => setTurn((before) => before + 1);
  const done = (result: Outcome) => {
    setOutcome(result);
    again();
  };
  const { listing, failure, isBusy } = reading;
  if (chosen !== undefined)
    return (
      <>
        {outcome && <OutcomeBanner outcome={outcome} close={() => setOutcome(undefined)} />}
        <Letter key={chosen} id={chosen} status={status} session={session} done={done} />
      </>
    );
  return (
    <>
      {outcome && <OutcomeBanner outcome={outcome} close={() => setOutcome(undefined)} />}
      <section aria-labelledby="letters">
        <div class="title-row">
          <h2 id="letters">{listing ? counted(listing.total, "dead letter") : "Dead letters"}</h2>
          <span class="read-at">
            {listing && <Age listing={listing} status={status} now={now} />}
            <button type="button" disabled={isBusy} onClick={again}>
              {isBusy ? "Reading …" : "Read again"}
            </button>
          </span>
        </div>
        {failure !== undefined && <State tone="bad">{failure}</State>}
        {!listing && isBusy && (
          <p class="hint" role="status">
            Reading the dead letters through a connection to a broker …
          </p>
        )}
        {listing?.total === 0 && <NoLetters />}
        {listing && listing.total > 0 && (
          <>
            <LetterFilters groups={groups} selection={selection} change={setSelection} />
            <LetterActions
              selection={selection}
              seen={{
                at: listing.at,
                seen: listing.seen,
                count: listing.selected,
                expired: listing.expired,
              }}
              only={listing.selected === 1 ? listing.letters[0] : undefined}
              status={status}
              session={session}
              done={done}
            />
            <LetterTable listing={listing} now={now} />
            <Command text={letterCommand("list", selection, status)} />
          </>
        )}
      </section>
    </>
  );
}

/** When the list was read, and what has changed since. */
function Age({
  listing: { at, total },
  status,
  now,
}: {
  listing: Listing;
  status: InstallationStatus;
  now: number;
}) {
  // A broker reports them with each status, but not while this page itself holds them.
  const current = status.queues ? (status.deadLetters?.messages ?? 0) : undefined;
  return (
    <span class="hint">
      read at {clock(at)}
      {current !== undefined && current !== total && now > at + 5_000 && `; now there are ${count(current)}`}
    </span>
  );
}

const NoLetters = () => (
  <section class="empty">
    <h3>No dead letters</h3>
    <p class="hint">
      Tasks that no worker could finish come here: rejected, expired, or delivered too often. None has.
    </p>
  </section>
);

function LetterTable({ listing: { letters, selected }, now }: { listing: Listing; now: number }) {
  if (selected === 0) return <p class="hint">No dead letter matches these filters.</p>;
  return (
    <TableRegion of="dead letters">
      <table>
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">Arguments</th>
            <th scope="col">Reason</th>
            <th scope="col">From queue</th>
            <th scope="col">Died</th>
            <th scope="col" class="number">
              Deaths
            </th>
          </tr>
        </thead>
        <tbody>
          {letters.map(({ id, task, args, kwargs, reason, queue, diedAt, deaths, replays }, index) => (
            <tr key={`${id} ${index}`}>
              <th scope="row">
                {id === undefined ? (
                  (task ?? "unknown")
                ) : (
                  <a href={`#dead-letters/${encodeURIComponent(id)}`}>{task ?? "unknown"}</a>
                )}
                <span class="hint below mono">{id ?? "no id"}</span>
              </th>
              <td class="cut mono">
                {[args, kwargs === "{}" ? undefined : kwargs].filter(Boolean).join(" ")}
              </td>
              <td>{reason ?? "unknown"}</td>
              <td>{queue ?? "unknown"}</td>
              <td>{diedAt === undefined ? "unknown" : <When at={diedAt} text={ago(diedAt, now)} />}</td>
              <td class="number">
                {deaths}
                {replays > 0 && <span class="hint below">replayed {replays}×</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {selected > letters.length && (
        <p class="hint">
          The oldest {count(letters.length)} of {count(selected)}. Filter to see others; the actions above are
          for all {count(selected)}.
        </p>
      )}
    </TableRegion>
  );
}
