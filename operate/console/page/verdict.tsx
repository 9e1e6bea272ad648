import type { InstallationStatus } from "../../status/model";
import { byCure, counted, parseCure } from "../format";
import type { Past } from "../past";
import { type Link, useNow } from "./connection";
import { Command, Icon } from "./parts";
import { ago, clock } from "./time";

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
        <Health status={last.status} current={!failing && link !== "lost"} short={short} />
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

function Health({
  status,
  current,
  short,
}: {
  status: InstallationStatus;
  current: boolean;
  short: boolean;
}) {
  const { problems } = status;
  if (problems.length === 0)
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
            {problems[0]?.text}.{" "}
            <a href="#overview">{problems.length === 1 ? "The command" : "All problems"}</a>
          </p>
        ) : (
          <ol class="problems">
            {byCure(problems).map(({ texts, cure }) => (
              <ProblemItem key={cure} texts={texts} cure={cure} />
            ))}
          </ol>
        )}
      </div>
    </div>
  );
}

/** The page has a view that does the same. */
const DEAD_LETTERS_COMMAND = "npx ha-celery dead-letters ";

function ProblemItem({ texts, cure }: { texts: readonly string[]; cure: string }) {
  const { advice, command } = parseCure(cure);
  return (
    <li>
      {texts.map((text) => (
        <strong key={text}>{text}</strong>
      ))}
      {advice && <p>{capitalized(advice)}</p>}
      {command !== undefined && <Command text={command} />}
      {command?.startsWith(DEAD_LETTERS_COMMAND) && <a href="#dead-letters">Look into them here</a>}
    </li>
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
