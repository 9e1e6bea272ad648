import type { DrillReport } from "../../drill/report/compact";
import {
  count,
  fateOf,
  type Figure,
  figuresOf,
  headline,
  seconds as inSeconds,
} from "../../drill/report/figures";
import { marksOf } from "../../drill/report/marks";
import type { Rate } from "../../drill/report/rates";
import { shortNames } from "../../drill/shortNames";
import { lengthOf } from "../../drill/verdict/gaps";
import type { Span } from "../axis";
import type { Change } from "../difference";
import type { Series } from "../history";
import { Chart, Legend, type Line, type Shade } from "./chart";
import { DrillEvents, milliseconds, SecondsAxis } from "./drillEvents";
import { Icon, State, type Tone } from "./parts";
import { TableRegion } from "./tableRegion";
import { dateAndTime } from "./time";
import { Lane } from "./timeline";

/** The verdict, the timeline and the figures of one drill. */
export function DrillReportView({ report }: { report: DrillReport }) {
  const { verdict, timeline } = report;
  const { more, lostIds, duplicatedIds, lost, duplicated } = verdict;
  return (
    <>
      <Banner report={report} />
      <section aria-labelledby="figures">
        <h2 id="figures">Figures and limits</h2>
        <dl class="facts">
          {figuresOf(verdict).map((figure) => (
            <FigureCard key={figure.name} figure={figure} />
          ))}
        </dl>
        {verdict.starvedSeconds ? (
          <p class="hint">
            In the longest consume gap, no task was waiting for {inSeconds(verdict.starvedSeconds)}.
          </p>
        ) : null}
      </section>
      <Rates report={report} />
      <section aria-labelledby="events">
        <h2 id="events">Events</h2>
        <DrillEvents events={timeline.events} zero={timeline.faultAt} />
      </section>
      <Workers report={report} />
      {Object.keys(more).length > 0 && (
        <section aria-labelledby="facts">
          <h2 id="facts">Facts from the scene</h2>
          <dl class="facts">
            {Object.entries(more).map(([name, value]) => (
              <div key={name} class="fact">
                <dt>{name}</dt>
                <dd class="name">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <Ids title="Lost tasks" ids={lostIds} all={lost} />
      <Ids title="Duplicated tasks" ids={duplicatedIds} all={duplicated} />
    </>
  );
}

function Banner({ report: { verdict, timeline } }: { report: DrillReport }) {
  const { passed, reasons, run } = verdict;
  const began = new Date(timeline.loadFrom * 1000);
  return (
    <section class="verdict" aria-label="Verdict">
      <div class={passed ? "banner good" : "banner bad"}>
        <Icon tone={passed ? "good" : "bad"} />
        <div>
          <h2>{headline(verdict)}</h2>
          {reasons.map((reason) => (
            <strong key={reason}>{reason}</strong>
          ))}
          <p>
            Run <code>{run}</code>,{" "}
            <time dateTime={began.toISOString()}>{dateAndTime(milliseconds(timeline.loadFrom))}</time>
          </p>
        </div>
      </div>
    </section>
  );
}

/** The shape tells whether the limit holds, because colors alone do not. */
function FigureCard({ figure }: { figure: Figure }) {
  const { name, value, limit, withinLimit, meaning } = figure;
  const tone: Tone = withinLimit === undefined ? "quiet" : withinLimit ? "good" : "bad";
  return (
    <div class={`fact ${tone}`}>
      <dt>{name}</dt>
      <dd class="fact-value">
        {value}
        {withinLimit !== undefined && <Icon tone={tone} />}
      </dd>
      <dd class="hint">
        {limit && <strong>{`limit ${limit}, ${judgmentOf(figure)}. `}</strong>}
        {meaning}
      </dd>
    </div>
  );
}

const judgmentOf = ({ value, withinLimit }: Figure): string =>
  value === "-" ? "not measured" : withinLimit ? "held" : "exceeded";

/** Published and executed tasks over time, with the fault, the gaps and the recovery. */
function Rates({ report }: { report: DrillReport }) {
  const { verdict, timeline, seconds, published, executed, gaps } = report;
  const { loadFrom, faultAt, undoneAt, wholeAt, loadUntil } = timeline;
  const span: Span = { from: milliseconds(loadFrom), to: milliseconds(loadFrom + seconds) };
  const phases: Shade[] = [
    { from: milliseconds(faultAt), to: milliseconds(undoneAt), kind: "fault" },
    { from: milliseconds(undoneAt), to: milliseconds(wholeAt ?? loadUntil), kind: "recovery" },
  ];
  const marks = marksOf(timeline, seconds).map(({ x, text, kind }): Change => ({
    at: milliseconds(loadFrom + x),
    about: "cluster",
    mood: MOODS[kind] ?? "neutral",
    text,
  }));
  const name = shortNames(verdict.workers.map(({ worker }) => worker));
  const series = (rates: readonly Rate[]): Series =>
    rates.map(({ from, perSecond }) => ({ at: milliseconds(loadFrom + from), value: perSecond }));
  const most = Math.max(0, ...executed.flatMap(({ rates }) => rates.map(({ perSecond }) => perSecond)));
  const publishing: Line[] = [
    {
      label: "confirmed tasks per second",
      color: "depth",
      series: series(published),
      filled: true,
      stepped: true,
    },
  ];
  return (
    <section class="timeline" aria-labelledby="rates">
      <h2 id="rates">Timeline</h2>
      <div class="lanes">
        <Lane name="events" changes={marks} span={span} />
      </div>
      <Legend lines={publishing} />
      <Chart
        title="Confirmed tasks per second"
        lines={publishing}
        span={span}
        shades={[...phases, ...shadesOf(gaps.publish)]}
        changes={marks}
        format={perSecond}
        bare
      />
      {executed.map(({ worker, rates }, index) => {
        const lines: Line[] = [
          {
            label: `finished per second, ${name(worker)}`,
            color: "worker-rate",
            series: series(rates),
            filled: true,
            stepped: true,
          },
        ];
        return (
          <div key={worker} class="lane-chart">
            <Legend lines={lines} />
            <Chart
              title={`Tasks that ${name(worker)} finished per second`}
              lines={lines}
              span={span}
              shades={[...phases, ...shadesOf(gaps.consume, index === 0)]}
              changes={marks}
              format={perSecond}
              most={most}
              small
              bare
            />
          </div>
        );
      })}
      <SecondsAxis span={span} zero={milliseconds(faultAt)} />
      <p class="hint">
        Shaded: the fault until it was undone, then the recovery; darker are gaps of at least 1 s.
      </p>
    </section>
  );
}

const MOODS: Readonly<Record<string, Change["mood"]>> = {
  "mark-fault": "bad",
  "mark-recovered": "good",
};

/** Gaps of all workers together appear in each lane, and are labeled in the first one. */
const shadesOf = (gaps: DrillReport["gaps"]["publish"], labeled = true): Shade[] =>
  gaps.map((gap) => ({
    from: milliseconds(gap.from),
    to: milliseconds(gap.until),
    kind: "gap",
    label: labeled ? `gap ${lengthOf(gap).toFixed(1)} s` : undefined,
  }));

const perSecond = (value: number): string => `${count(Math.round(value * 10) / 10)}/s`;

const FATES: Readonly<Record<string, Tone>> = { survived: "good", joined: "info", broken: "bad" };

function Workers({ report: { verdict } }: { report: DrillReport }) {
  if (verdict.workers.length === 0) return null;
  return (
    <section aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      <TableRegion of="workers">
        <table>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">After the fault</th>
              <th scope="col" class="number">
                Executed
              </th>
              <th scope="col" class="number">
                Back after
              </th>
            </tr>
          </thead>
          <tbody>
            {verdict.workers.map((each) => (
              <tr key={each.worker}>
                <th scope="row">{each.worker}</th>
                <td>
                  <State tone={FATES[fateOf(each)] ?? "info"}>{fateOf(each)}</State>
                </td>
                <td class="number">{count(each.executed)}</td>
                <td class="number">{inSeconds(each.backSeconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableRegion>
    </section>
  );
}

function Ids({ title, ids, all }: { title: string; ids: readonly string[]; all: number }) {
  if (ids.length === 0) return null;
  const id = title.replace(" ", "-").toLowerCase();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p class="ids">
        {ids.map((each) => (
          <code key={each}>{each}</code>
        ))}
      </p>
      {all > ids.length && (
        <p class="hint">and {count(all - ids.length)} more; verdict.json of the report lists them all</p>
      )}
    </section>
  );
}
