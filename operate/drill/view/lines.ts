import type { TimelineEvent } from "../verdict/events";
import type { Snapshot } from "./snapshot";

/** Formats seconds as `1:05`. */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
}

/** Formats an event with its time since the drill began. */
export const eventLine = ({ at, elapsedSeconds }: Snapshot, event: TimelineEvent): string =>
  `${clock(elapsedSeconds - (at - event.at)).padStart(6)}  ${event.text}`;

/** Formats the state in one line, for logs. */
export function stateLine(snapshot: Snapshot): string {
  const { elapsedSeconds, phase, publishedPerSecond, executedPerSecond, confirmed, executed } = snapshot;
  const { brokers, workers, queue } = snapshot;
  const parts = [
    `${publishedPerSecond.toFixed(1)} published/s`,
    `${executedPerSecond.toFixed(1)} executed/s`,
    `${confirmed} confirmed`,
    `${executed} executed`,
    queue ? `${queue.ready ?? "-"} in the queue` : "no broker answers",
    `${ready(brokers)} brokers`,
    `${ready(workers)} workers ready`,
  ];
  return `${clock(elapsedSeconds).padStart(6)}  ${phase}: ${parts.join(", ")}`;
}

const ready = (pods: readonly { ready: boolean }[]): string =>
  `${pods.filter((pod) => pod.ready).length}/${pods.length}`;
