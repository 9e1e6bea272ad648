import { max, median, min } from "d3-array";
import { OURS } from "../contestant";
import { NAMES, type Page, reason } from "../report";
import { MEASUREMENTS } from "./measurements";
import type { Rate } from "./rates";

type Figure = "perSecond" | "cpuPerTask";

const HEAD = ["what", "design", "rounds", "tasks/s", "ours / it", "CPU ms per task", "it / ours"];

/**
 * One row for each measurement and design: medians, and in parentheses the range over all rounds. Ratios are of the
 * same round; above 1, ours is better.
 */
export function throughputPage(rates: readonly Rate[]): Page {
  const rows = MEASUREMENTS.flatMap(({ title }) =>
    NAMES.flatMap((design) => {
      const own = rates.filter((rate) => rate.what === title && rate.design === design);
      const measured = own.filter(({ perSecond }) => perSecond !== undefined).length;
      if (measured === 0) return [];
      const faster = ratios(rates, own, "perSecond");
      const cheaper = ratios(rates, own, "cpuPerTask").map((ratio) => 1 / ratio);
      return [
        [
          title,
          design,
          measured === own.length ? `${measured}` : `${measured} of ${own.length}`,
          spread(valuesOf(own, "perSecond"), 0),
          spread(faster, 2),
          spread(valuesOf(own, "cpuPerTask"), 2),
          spread(cheaper, 2),
        ],
      ];
    }),
  );
  return { head: HEAD, rows, notes: [...failures(rates), ...loadNote(rates)] };
}

const valuesOf = (rates: readonly Rate[], figure: Figure): number[] =>
  rates.flatMap(({ [figure]: value }) => (value === undefined ? [] : [value]));

/** Figure of ours divided by that of another design, for each round that has both. */
function ratios(all: readonly Rate[], others: readonly Rate[], figure: Figure): number[] {
  return others.flatMap(({ design, what, round, [figure]: other }) => {
    if (design === OURS) return [];
    const ours = all.find((rate) => rate.design === OURS && rate.what === what && rate.round === round);
    const value = ours?.[figure];
    return value === undefined || other === undefined ? [] : [value / other];
  });
}

function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return "-";
  const [least, middle, most] = [min(values), median(values), max(values)].map((value) =>
    value?.toFixed(digits),
  );
  return values.length === 1 ? `${middle}` : `${middle} (${least} to ${most})`;
}

const failures = (rates: readonly Rate[]): string[] =>
  rates.flatMap(({ design, what, round, failure }) =>
    failure === undefined
      ? []
      : [`${design}, ${what}, round of ${round}: no figure, because ${reason(failure)}`],
  );

const loadNote = (rates: readonly Rate[]): string[] =>
  rates.length === 0
    ? []
    : [
        `Load average of the machine at the end of each measurement: ${spread(
          rates.map(({ loadAverage }) => loadAverage),
          1,
        )}. It counts all that runs there, not only this measurement.`,
      ];
