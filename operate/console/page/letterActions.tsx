import { useEffect, useRef, useState } from "preact/hooks";
import type { DeadLetter } from "../../deadLetters/letter";
import { describeSelection, type Selection } from "../../deadLetters/selection";
import type { InstallationStatus } from "../../status/model";
import { count, counted } from "../format";
import { CONTROLS, type ReplayOutcome } from "../letters";
import type { Outcome, Session } from "../routes";
import { Consent } from "./consent";
import { letterCommand } from "./letterWords";
import { Command, Icon } from "./parts";
import { requestChange } from "./requests";
import { HeaderTime, WithTimes } from "./when";

/** Letters that were read, as a change must name them. */
export interface Seen {
  readonly at: number;
  readonly seen: string;
  readonly count: number;
  readonly expired: number;
}

interface LetterActionsProps {
  readonly selection: Selection;
  readonly seen: Seen;
  /** The letter, if it is one. */
  readonly only: Pick<DeadLetter, "task" | "queue" | "expires"> | undefined;
  readonly status: InstallationStatus;
  readonly session: Session | undefined;
  readonly done: (outcome: Outcome) => void;
}

/** Replays or purges the selected dead letters, or says how to do that in a terminal. */
export function LetterActions({ selection, seen, only, status, session, done }: LetterActionsProps) {
  const [asked, setAsked] = useState<"replay" | "purge">();
  if (seen.count === 0) return null;
  if (session?.token === undefined)
    return (
      <details class="how">
        <summary>Replay or purge {letters(seen.count)}</summary>
        <p class="hint">
          This console only reads. Start it with <code>--allow-changes</code>, or use a terminal:
        </p>
        <Command text={letterCommand("replay", selection, status)} />
        <Command text={letterCommand("purge", selection, status)} />
      </details>
    );
  return (
    <div class="actions">
      <button type="button" class="primary" onClick={() => setAsked("replay")}>
        Replay {letters(seen.count)} …
      </button>
      <button type="button" class="danger" onClick={() => setAsked("purge")}>
        Purge {letters(seen.count)} …
      </button>
      {asked !== undefined && (
        <LetterConsent
          action={asked}
          {...{ selection, seen, only, status, session, done }}
          close={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

const letters = (number: number): string => (number === 1 ? "this dead letter" : `these ${count(number)}`);

interface LetterConsentProps extends LetterActionsProps {
  readonly action: "replay" | "purge";
  readonly session: Session;
  readonly close: () => void;
}

function LetterConsent({ action, selection, seen, only, status, session, done, close }: LetterConsentProps) {
  const [to, setTo] = useState("");
  const [ignoreExpires, setIgnoreExpires] = useState(false);
  const { context, namespace, name } = status;
  const which = only
    ? (only.task ?? "this dead letter")
    : `${counted(seen.count, "dead letter")} (${describeSelection(selection)})`;
  const place = `of ${namespace}/${name} in the cluster of context ${context}`;
  const confirm = async (consent: string) => {
    const body = { ...seen, selection, consent, ...(action === "replay" && { to, ignoreExpires }) };
    const outcome = await requestChange<Outcome>(session, `dead-letters/${action}`, body);
    close();
    done(outcome);
  };
  if (action === "purge")
    return (
      <Consent
        title={`Purge ${which}?`}
        text={
          only
            ? `This dead letter ${place} is deleted for good. Its task will never run.`
            : `They are deleted for good ${place}. Their tasks will never run.`
        }
        expected={context}
        meaning="the name of the context"
        action="Purge"
        {...{ confirm, close }}
      />
    );
  return (
    <Consent
      title={`Replay ${which}?`}
      text={`${only ? "It" : "Each"} is published to its own queue${only?.queue === undefined ? "" : ` ${only.queue}`} ${place}, under its id, and runs again. It leaves the dead letters once the brokers have confirmed that.`}
      expected={String(seen.count)}
      meaning="the number of dead letters"
      action="Replay"
      {...{ confirm, close }}
    >
      {seen.expired > 0 && !ignoreExpires && (
        <p>
          {only?.expires === undefined ? (
            `${count(seen.expired)} have expired and stay`
          ) : (
            <>
              It expired on <HeaderTime time={only.expires} />, so it stays
            </>
          )}
          , unless you check “{CONTROLS.ignoreExpires}”.
        </p>
      )}
      <label class="line">
        <input
          type="checkbox"
          checked={ignoreExpires}
          onChange={({ currentTarget }) => setIgnoreExpires(currentTarget.checked)}
        />
        {CONTROLS.ignoreExpires}
      </label>
      <label>
        {CONTROLS.to}
        <input
          value={to}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => setTo(currentTarget.value)}
        />
      </label>
    </Consent>
  );
}

export const isReplay = (outcome: Outcome): outcome is ReplayOutcome => "kept" in outcome;

/** What a change did. It stays until it is closed, and has the focus, because the button of the change may be gone. */
export function OutcomeBanner({ outcome, close }: { outcome: Outcome; close: () => void }) {
  const kept = isReplay(outcome) ? outcome.kept : [];
  const tone = kept.length > 0 ? "warn" : "good";
  const banner = useRef<HTMLDivElement>(null);
  useEffect(() => banner.current?.focus(), [outcome]);
  return (
    <div ref={banner} class={`banner ${tone}`} role="status" tabIndex={-1}>
      <Icon tone={tone} />
      <div>
        <div class="title-row">
          <h2>{outcome.text.charAt(0).toUpperCase() + outcome.text.slice(1)}</h2>
          <button type="button" onClick={close}>
            Close
          </button>
        </div>
        {kept.length > 0 && (
          <ul class="kept">
            {kept.slice(0, MOST_KEPT).map(({ id = "no id", task = "unknown task", why }, index) => (
              <li key={index}>
                <strong>
                  {task}[{id}]
                </strong>{" "}
                stays: <WithTimes text={why} />
              </li>
            ))}
            {kept.length > MOST_KEPT && <li>{count(kept.length - MOST_KEPT)} more stay.</li>}
          </ul>
        )}
        {isReplay(outcome) && outcome.replayed > 0 && (
          <p>
            They run as soon as a worker is free: <a href="#tasks">Tasks</a>
          </p>
        )}
      </div>
    </div>
  );
}

const MOST_KEPT = 20;
