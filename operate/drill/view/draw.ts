import Table from "cli-table3";
import pc from "picocolors";
import { shortNames } from "../shortNames";
import { clock, eventLine } from "./lines";
import type { BrokerState, NodeState, Snapshot, WorkerState } from "./snapshot";
import { sparkline } from "./sparkline";

export type Colors = ReturnType<typeof pc.createColors>;

const SHOWN_EVENTS = 6;
const LEAST_WIDTH = 60;

/** The whole view as text, `width` columns wide. */
export function draw(snapshot: Snapshot, width: number, colors: Colors = pc): string {
  const columns = Math.max(LEAST_WIDTH, width);
  return [
    title(snapshot, columns, colors),
    colors.dim("─".repeat(columns)),
    ...rates(snapshot, columns, colors),
    queue(snapshot, colors),
    "",
    places(snapshot, columns, colors),
    "",
    ...snapshot.events.slice(-SHOWN_EVENTS).map((event) => cut(eventLine(snapshot, event), columns)),
  ].join("\n");
}

function title({ scene, run, phase, elapsedSeconds }: Snapshot, columns: number, colors: Colors): string {
  const right = `${phase}  ${clock(elapsedSeconds)}`;
  const left = cut(`drill ${scene}  run ${run}`, columns - right.length - 2);
  const space = " ".repeat(columns - left.length - right.length);
  const name = left.slice(0, `drill ${scene}`.length);
  return colors.bold(name) + colors.dim(left.slice(name.length)) + space + colors.bold(right);
}

function rates(snapshot: Snapshot, columns: number, colors: Colors): string[] {
  const { history, publishedPerSecond, executedPerSecond, confirmed, executed } = snapshot;
  const room = columns - 44;
  const highest = Math.max(...history.publishedPerSecond, ...history.executedPerSecond, 0);
  const line = (
    name: string,
    perSecond: number,
    of: readonly number[],
    total: string,
    paint: Colors["cyan"],
  ) =>
    `${name.padEnd(10)}${perSecond.toFixed(1).padStart(8)}/s  ${paint(sparkline(of, room, highest))}  ${total}`;
  return [
    line(
      "published",
      publishedPerSecond,
      history.publishedPerSecond,
      `${count(confirmed)} confirmed`,
      colors.cyan,
    ),
    line(
      "executed",
      executedPerSecond,
      history.executedPerSecond,
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
    `queue     ${count(ready)} ready, ${count(unacknowledged)} unacknowledged, ${count(consumers)} consumers, ` +
    (membersOnline === members ? online : colors.red(online))
  );
}

/** One row or more for each node, with the broker and the workers on it. */
function places({ nodes, brokers, workers }: Snapshot, columns: number, colors: Colors): string {
  const rate = 9;
  const [node, broker] = [Math.floor(columns * 0.38), Math.floor(columns * 0.34)];
  const worker = columns - node - broker - rate;
  const name = shortNames(workers.map(({ pod }) => pod));
  const table = new Table({
    colWidths: [node, broker, worker, rate],
    colAligns: ["left", "left", "left", "right"],
    style: { "padding-left": 0, "padding-right": 1, head: [], border: [] },
    chars: Object.fromEntries(BORDERS.map((name) => [name, ""])),
  });
  table.push(["node", "broker", "worker", "tasks/s"].map((head) => colors.dim(head)));
  const known = new Set(nodes.map(({ name }) => name));
  const unplaced = [...brokers, ...workers].some(({ kubernetesNode }) => !known.has(kubernetesNode));
  for (const each of [...nodes, ...(unplaced ? [undefined] : [])]) {
    const here = ({ kubernetesNode }: { kubernetesNode: string }) =>
      each ? kubernetesNode === each.name : !known.has(kubernetesNode);
    const [itsBrokers, itsWorkers] = [brokers.filter(here), workers.filter(here)];
    for (let row = 0; row < Math.max(1, itsBrokers.length, itsWorkers.length); row++)
      table.push([
        row === 0 ? nodeCell(each, node - 1, colors) : "",
        brokerCell(itsBrokers[row], broker - 1, colors),
        workerCell(itsWorkers[row], worker - 1, name, colors),
        itsWorkers[row]?.perSecond.toFixed(1) ?? "",
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
  return `${lamp(node.ready, colors)} ${tail(node.name, room - 2 - states.length)}${colors.red(states)}`;
}

function brokerCell(broker: BrokerState | undefined, room: number, colors: Colors): string {
  if (!broker) return "";
  const mark = broker.leader ? " leader" : "";
  return `${lamp(broker.ready, colors)} ${tail(broker.pod, room - 2 - mark.length)}${colors.yellow(mark)}`;
}

function workerCell(
  worker: WorkerState | undefined,
  room: number,
  name: (pod: string) => string,
  colors: Colors,
): string {
  return worker ? `${lamp(worker.ready, colors)} ${tail(name(worker.pod), room - 2)}` : "";
}

/** Names differ at their ends. */
const tail = (name: string, room: number): string =>
  name.length > room ? `…${name.slice(name.length - Math.max(0, room - 1))}` : name;

/** Filled or hollow, so that it needs no colour to be read. */
const lamp = (ready: boolean, colors: Colors): string => (ready ? colors.green("●") : colors.red("○"));

const count = (value: number): string => value.toLocaleString("en");

const cut = (text: string, columns: number): string =>
  text.length > columns ? `${text.slice(0, columns - 1)}…` : text;

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
