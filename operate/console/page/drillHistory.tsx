import { useState } from "preact/hooks";
import type { DrillRecord, Outcome } from "../../drill/record/record";
import { State, type Tone } from "./parts";
import { useAnswer } from "./requests";
import { TableRegion } from "./tableRegion";
import { dateAndTime } from "./time";

/** The scenes below must stay in sight. */
const FIRST_RECORDS = 5;

const OUTCOMES: Readonly<Record<Outcome, Tone>> = {
  passed: "good",
  failed: "bad",
  refused: "warn",
  broken: "bad",
};

/** Recorded drills. `count` is the number of drills that have ended, because each may be recorded. */
export function DrillHistory({ count }: { count: number }) {
  const { value: records, failure } = useAnswer<DrillRecord[]>("drills/history", count);
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? records : records?.slice(0, FIRST_RECORDS);
  return (
    <section aria-labelledby="history">
      <h2 id="history">Recorded drills, the newest first</h2>
      {failure !== undefined && <State tone="bad">The history cannot be read: {failure}</State>}
      {!records && failure === undefined && <p role="status">Reading the history …</p>}
      {records?.length === 0 && (
        <p class="hint">
          No drill is recorded. Scheduled drills are, those that this page starts, and those with{" "}
          <code>--record</code>.
        </p>
      )}
      {records && records.length > 0 && (
        <TableRegion of="recorded drills">
          <table>
            <thead>
              <tr>
                <th scope="col">Finished</th>
                <th scope="col">Scene</th>
                <th scope="col">Outcome</th>
                <th scope="col" class="number">
                  Confirmed
                </th>
                <th scope="col" class="number">
                  Lost
                </th>
                <th scope="col" class="number">
                  Duplicated
                </th>
                <th scope="col" class="number">
                  Publish gap
                </th>
                <th scope="col" class="number">
                  Consume gap
                </th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody>
              {shown?.map((each) => (
                <tr key={each.run}>
                  <td>{dateAndTime(Date.parse(each.finishedAt))}</td>
                  <th scope="row">{each.scene}</th>
                  <td>
                    <State tone={OUTCOMES[each.outcome]}>{each.outcome}</State>
                  </td>
                  <td class="number">{each.confirmed}</td>
                  <td class="number">{each.lost}</td>
                  <td class="number">{each.duplicated}</td>
                  <td class="number">{seconds(each.publishGapSeconds)}</td>
                  <td class="number">{seconds(each.consumeGapSeconds)}</td>
                  <td class="wrapped">{each.reasons[0]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
      {records && shown && shown.length < records.length && (
        <p>
          <button type="button" onClick={() => setOpen(true)}>
            Show all {records.length}
          </button>
        </p>
      )}
    </section>
  );
}

const seconds = (value: number | null | undefined): string => (typeof value === "number" ? `${value} s` : "");
