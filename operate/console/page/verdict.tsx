import type { InstallationStatus } from "../../status/model";
import { byCure, counted, parseCure } from "../format";
import type { Past } from "../past";
import { type Begin, type Begins, keyOf } from "../problemChanges";
import { type Link, useNow } from "./connection";
import { Command, Icon } from "./parts";
import { ago, clock, moment } from "./time";
import { WithTimes, When } from "./when";

interface VerdictProps {
  readonly past: Past;
  readonly link: Link;
  readonly ahead: number;
  /** Without the list of problems. */
  readonly short: boolean;
}

/** What is wrong, on top of every view. */
export function Verdict({ past, link, ahead, short }: VerdictProps) {
  const { last, failing } = past;
  return (
    <section class="verdict" aria-label="Health">
      {link === "lost" && <ConsoleLost />}
      {failing && <Failing past={past} ahead={ahead} />}
      {last && failing?.kind !== "missing" && (
        <Health
          status={last.status}
          begins={past.begins}
          current={!failing && link !== "lost"}
          {...{ ahead, short }}
        />
      )}
    </section>
  );
}

const ConsoleLost = () => (
  <div class="banner warn" role="alert">
    <Icon tone="warn" />
    <div>
      <h2>The console has stopped</h2>
      <p>The command that serves this page does not answer. Start it again; it prints a new address.</p>
      <Command text="npx ha-celery console" />
    </div>
  </div>
);

function Failing({ past: { failing, last }, ahead }: { past: Past; ahead: number }) {
  const now = useNow(ahead);
  if (!failing) return null;
  return (
    <div class="banner warn" role="alert">
      <Icon tone="warn" />
      <div>
        <h2>
          {failing.kind === "missing" && !last
            ? "There is no such installation"
            : `${failing.kind === "missing" ? "The installation has been gone" : "No status"} since ${clock(failing.since)}, ${ago(failing.since, now)}`}
        </h2>
        <p>{failing.message}</p>
        {last && failing.kind === "unreachable" && (
          <p>
            Everything below is from <strong>{clock(last.at)}</strong> and may have changed. The console keeps
            asking.
          </p>
        )}
      </div>
    </div>
  );
}

interface HealthProps {
  readonly status: InstallationStatus;
  readonly begins: Begins;
  readonly current: boolean;
  readonly ahead: number;
  readonly short: boolean;
}

function Health({ status, begins, current, ahead, short }: HealthProps) {
  const { problems } = status;
  const [first] = problems;
  if (!first)
    return (
      <div class={current ? "banner good" : "banner old"}>
        <Icon tone={current ? "good" : "quiet"} />
        <div>
          <h2>{current ? "Healthy" : "Was healthy"}</h2>
          <p>{inventory(status)}</p>
        </div>
      </div>
    );
  return (
    <div class={current ? "banner bad" : "banner old"}>
      <Icon tone="bad" />
      <div>
        <h2>{counted(problems.length, "problem")}</h2>
        {short ? (
          <p>
            <WithTimes text={first.text} />
            <Since begin={begins[keyOf(first.text)]} ahead={ahead} />.{" "}
            <a href="#overview">{problems.length === 1 ? "The command" : "All problems"}</a>
          </p>
        ) : (
          <ol class="problems">
            {byCure(problems).map(({ texts, cure }) => (
              <ProblemItem key={cure} {...{ texts, cure, begins, ahead }} />
            ))}
          </ol>
        )}
      </div>
    </div>
  );
}

/** The page has a view that does the same. */
const DEAD_LETTERS_COMMAND = "npx ha-celery dead-letters ";

interface ProblemItemProps extends Pick<HealthProps, "begins" | "ahead"> {
  readonly texts: readonly string[];
  readonly cure: string;
}

function ProblemItem({ texts, cure, begins, ahead }: ProblemItemProps) {
  const { advice, command } = parseCure(cure);
  return (
    <li>
      {texts.map((text) => (
        <div key={text}>
          <strong>
            <WithTimes text={text} />
          </strong>
          <span class="hint">
            <Since begin={begins[keyOf(text)]} ahead={ahead} />
          </span>
        </div>
      ))}
      {advice && <p>{capitalized(advice)}</p>}
      {command !== undefined && <Command text={command} />}
      {command?.startsWith(DEAD_LETTERS_COMMAND) && <a href="#dead-letters">Look into them here</a>}
    </li>
  );
}

/** `, since 13:33:26, 90 s ago` */
function Since({ begin, ahead }: { begin: Begin | undefined; ahead: number }) {
  const now = useNow(ahead);
  if (!begin) return null;
  const { since, orEarlier } = begin;
  return (
    <>
      , since <When at={since} text={moment(since, now)} />
      {orEarlier && " or earlier"}, {ago(since, now)}
    </>
  );
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const inventory = ({ nodes, brokers, workloads, queues = [] }: InstallationStatus): string =>
  [
    counted(nodes.length, "node"),
    counted(brokers.length, "broker"),
    counted(workloads.filter(({ kind }) => kind === "worker pool").length, "worker pool"),
    counted(queues.length, "queue"),
  ].join(" · ");
