import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { InstallationStatus } from "../../status/model";
import { bytes } from "../format";
import type { LetterDetail } from "../letters";
import type { Outcome, Session } from "../routes";
import { isReplay, LetterActions } from "./letterActions";
import { letterCommand, reasonText } from "./letterWords";
import { Command, State } from "./parts";
import { useAnswer } from "./requests";
import { HeaderTime, When } from "./when";

interface LetterProps {
  readonly id: string;
  readonly status: InstallationStatus;
  readonly session: Session | undefined;
  readonly done: (outcome: Outcome) => void;
}

/** One dead letter: why it died, and what it contains. */
export function Letter({ id, status, session, done }: LetterProps) {
  const address = `dead-letter?${String(new URLSearchParams({ id }))}`;
  const [hasLeft, setLeft] = useState(false);
  const { value: letter, failure } = useAnswer<LetterDetail>(address);
  const changed = (outcome: Outcome) => {
    // A letter that has left is not asked for again: the command would only say that there is none.
    setLeft(!isReplay(outcome) || outcome.replayed > 0);
    done(outcome);
  };
  return (
    <section aria-labelledby="letter">
      <a href="#dead-letters">All dead letters</a>
      <h2 id="letter">{letter?.task ?? "Dead letter"}</h2>
      <span class="hint mono">{id}</span>
      {failure !== undefined && <State tone="bad">{failure}</State>}
      {!letter && failure === undefined && (
        <p class="hint" role="status">
          Reading the dead letter …
        </p>
      )}
      {hasLeft && <p class="hint">It is no longer among the dead letters.</p>}
      {letter && !hasLeft && (
        <>
          <div class="banner bad why">
            <div>
              <h3>{letter.reason ?? "unknown reason"}</h3>
              <p>{reasonText(letter.reason)}</p>
            </div>
          </div>
          <LetterActions
            selection={{ id }}
            seen={{ at: letter.at, seen: letter.seen, count: 1, expired: letter.expired }}
            only={letter}
            {...{ status, session }}
            done={changed}
          />
          <dl class="facts">
            <Fact name="died" value={letter.diedAt && <When at={Date.parse(letter.diedAt)} />} />
            <Fact name="from queue" value={letter.queue} />
            <Fact name="deaths" value={String(letter.deaths)} />
            <Fact name="replayed" value={String(letter.replays)} />
            <Fact
              name={letter.expired > 0 ? "expired" : "expires"}
              value={letter.expires === undefined ? "never" : <HeaderTime time={letter.expires} />}
            />
            <Fact name="size" value={bytes(letter.bytes)} />
          </dl>
          <Json title="Arguments" value={[letter.args, letter.kwargs].filter(Boolean).join("\n")} />
          <Json title="Body" value={letter.body} />
          <Json title="Headers" value={letter.headers} />
          <Json title="Properties" value={{ routingKey: letter.routingKey, ...letter.properties }} />
          <Command text={letterCommand("show", { id }, status)} />
        </>
      )}
    </section>
  );
}

const Fact = ({ name, value = "unknown" }: { name: string; value?: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const Json = ({ title, value }: { title: string; value: unknown }) => (
  <section class="json" aria-label={title}>
    <h3>{title}</h3>
    <pre tabIndex={0} role="region" aria-label={`${title} as text`}>
      {typeof value === "string" ? value : JSON.stringify(value, undefined, 2)}
    </pre>
  </section>
);
