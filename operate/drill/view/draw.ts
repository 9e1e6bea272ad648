import type { Colors } from "../../colors";
import { shorten } from "../../shorten";
import { newTable } from "../../table";
import { shortNames } from "../shortNames";
import { clock, eventLine } from "./lines";
import type { BrokerState, NodeState, Snapshot, WorkerState } from "./snapshot";
import { sparkline } from "./sparkline";

const SHOWN_EVENTS = 6;
const LEAST_WIDTH = 60;

/** Draws the view as text of `width` columns. */
export function draw(snapshot: Snapshot, width: number, colors: Colors): string {
  const columns = Math.max(LEAST_WIDTH, width);
  return [
    title(snapshot, columns, colors),
    colors.dim("─".repeat(columns)),
    ...rates(snapshot, columns, colors),
    queue(snapshot, colors),
    "",
    placement(snapshot, columns, colors),
    "",
    ...snapshot.events.slice(-SHOWN_EVENTS).map((event) => shorten(eventLine(snapshot, event), columns)),
  ].join("\n");
}

function title({ scene, run, phase, elapsedSeconds }: Snapshot, columns: number, colors: Colors): string {
  const right = `${phase}  ${clock(elapsedSeconds)}`;
  const left = shorten(`drill ${scene}  run ${run}`, columns - right.length - 2);
  const space = " ".repeat(columns - left.length - right.length);
  const name = left.slice(0, `drill ${scene}`.length);
  return colors.bold(name) + colors.dim(left.slice(name.length)) + space + colors.bold(right);
}

function rates(snapshot: Snapshot, columns: number, colors: Colors): string[] {
  const { history: rateHistory, publishedPerSecond, executedPerSecond, confirmed, executed } = snapshot;
  const lineWidth = columns - 44;
  const highest = Math.max(...rateHistory.publishedPerSecond, ...rateHistory.executedPerSecond, 0);
  const line = (
    name: string,
    perSecond: number,
    history: readonly number[],
    total: string,
    paint: Colors["cyan"],
  ) =>
    `${name.padEnd(10)}${perSecond.toFixed(1).padStart(8)}/s  ${paint(sparkline(history, lineWidth, highest))}  ${total}`;
  return [
    line(
      "published",
      publishedPerSecond,
      rateHistory.publishedPerSecond,
      `${count(confirmed)} confirmed`,
      colors.cyan,
    ),
    line(
      "executed",
      executedPerSecond,
      rateHistory.executedPerSecond,
      `${count(executed)} executed`,
      colors.yellow,
    ),
  ];
}

function queue({ queue: state }: Snapshot, colors: Colors): string {
  if (!state) return `queue     ${colors.red("no broker answers")}`;
  const { ready, unacknowledged, consumers, membersOnline, members } = state;
  const online = `members ${membersOnline}/${members} online`;
  return (
    `queue     ${known(ready)} ready, ${known(unacknowledged)} unacknowledged, ${known(consumers)} consumers, ` +
    (membersOnline === members ? online : colors.red(online))
  );
}

/** One or more rows for each node, with the broker and the workers on it. */
function placement({ nodes, brokers, workers }: Snapshot, columns: number, colors: Colors): string {
  const rate = 9;
  const [node, broker] = [Math.floor(columns * 0.38), Math.floor(columns * 0.34)];
  const worker = columns - node - broker - rate;
  const name = shortNames(workers.map(({ pod }) => pod));
  const table = newTable({
    colWidths: [node, broker, worker, rate],
    colAligns: ["left", "left", "left", "right"],
    style: { "padding-left": 0, "padding-right": 1 },
    chars: Object.fromEntries(BORDERS.map((name) => [name, ""])),
  });
  table.push(["node", "broker", "worker", "tasks/s"].map((head) => colors.dim(head)));
  const known = new Set(nodes.map(({ name }) => name));
  const hasUnplaced = [...brokers, ...workers].some(({ kubernetesNode }) => !known.has(kubernetesNode));
  for (const each of [...nodes, ...(hasUnplaced ? [undefined] : [])]) {
    const isHere = ({ kubernetesNode }: { kubernetesNode: string }) =>
      each ? kubernetesNode === each.name : !known.has(kubernetesNode);
    const [brokersHere, workersHere] = [brokers.filter(isHere), workers.filter(isHere)];
    for (let row = 0; row < Math.max(1, brokersHere.length, workersHere.length); row++)
      table.push([
        row === 0 ? nodeCell(each, node - 1, colors) : "",
        brokerCell(brokersHere[row], broker - 1, colors),
        workerCell(workersHere[row], worker - 1, name, colors),
        workersHere[row]?.perSecond.toFixed(1) ?? "",
      ]);
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function nodeCell(node: NodeState | undefined, room: number, colors: Colors): string {
  if (!node) return colors.dim("(on no node)");
  const states = [...(node.ready ? [] : [" not ready"]), ...(node.schedulable ? [] : [" cordoned"])].join("");
  return `${readyMark(node.ready, colors)} ${tail(node.name, room - 2 - states.length)}${colors.red(states)}`;
}

function brokerCell(broker: BrokerState | undefined, room: number, colors: Colors): string {
  if (!broker) return "";
  const mark = broker.leader ? " leader" : "";
  return `${readyMark(broker.ready, colors)} ${tail(broker.pod, room - 2 - mark.length)}${colors.yellow(mark)}`;
}

function workerCell(
  worker: WorkerState | undefined,
  room: number,
  name: (pod: string) => string,
  colors: Colors,
): string {
  return worker ? `${readyMark(worker.ready, colors)} ${tail(name(worker.pod), room - 2)}` : "";
}

/** Shortens a name at its beginning, because pod names differ at their ends. */
const tail = (name: string, room: number): string =>
  name.length > room ? `…${name.slice(name.length - Math.max(0, room - 1))}` : name;

/** Filled or hollow, so that it is readable without colors. */
const readyMark = (ready: boolean, colors: Colors): string => (ready ? colors.green("●") : colors.red("○"));

const count = (value: number): string => value.toLocaleString("en");

const known = (value: number | undefined): string => (value === undefined ? "-" : count(value));

const BORDERS = [
  "top",
  "top-mid",
  "top-left",
  "top-right",
  "bottom",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
  "left",
  "left-mid",
  "mid",
  "mid-mid",
  "right",
  "right-mid",
  "middle",
];
