/** What a person sees of a drill on the page at a moment. */
export interface Seen {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Time of the fault in the events of the page. Undefined before. */
  readonly faultAt?: number;
  /** A broker, or a node, is shown as one that does not run: in the live view, and in the overview. */
  readonly live: Lost;
  readonly overview: Lost;
  /** The verdict is shown. */
  readonly ended: boolean;
}

export interface Lost {
  readonly broker: boolean;
  readonly node: boolean;
}

/** A screenshot of the live view. */
export interface Frame {
  readonly seen: Seen;
  readonly png: Buffer;
}

/** A frame of the strip, and what it shows. */
export interface Scene {
  readonly caption: string;
  readonly frame: Frame;
}

/** Seconds from the fault until the page showed something for the first time. Undefined if it never did. */
export function secondsUntil(all: readonly Seen[], isSeen: (seen: Seen) => boolean): number | undefined {
  const first = all.find((seen) => seen.faultAt !== undefined && isSeen(seen));
  return first?.faultAt === undefined ? undefined : (first.at - first.faultAt) / 1000;
}

/** Time after the fault at which the gap is over, and can be seen. */
const GAP_MS = 15_000;

/** The frames that tell the story: before the fault, the broker goes, the gap, the node goes, the return, the verdict. */
export function scenesOf(frames: readonly Frame[]): Scene[] {
  const isLost = ({ seen: { live } }: Frame) => live.broker || live.node;
  const after = frames.findLastIndex(isLost) + 1;
  const known = frames.find(({ seen }) => seen.faultAt !== undefined)?.seen.faultAt;
  const before = frames.filter(({ seen }) => seen.faultAt === undefined && !seen.ended);
  const moments: readonly [name: string, frame: Frame | undefined][] = [
    // The page may draw the fault between the look and the screenshot of the last one.
    ["before the fault", before.at(-2) ?? before.at(-1)],
    ["the broker is gone", frames.find(({ seen }) => seen.live.broker)],
    ["the node is gone", frames.find(({ seen }) => seen.live.node)],
    ["the gap", frames.find(({ seen }) => !seen.ended && seen.at >= (seen.faultAt ?? Infinity) + GAP_MS)],
    ["all are back", after > 0 ? frames.slice(after).find(({ seen }) => !seen.ended) : undefined],
    ["the verdict", frames.find(({ seen }) => seen.ended)],
  ];
  const chosen = new Map<Frame, string>();
  // Two moments of the same frame are one.
  for (const [name, frame] of moments)
    if (frame) chosen.set(frame, [chosen.get(frame), name].filter(Boolean).join(", "));
  const inOrder = [...chosen].sort(([one], [other]) => one.seen.at - other.seen.at);
  return inOrder.map(([frame, name]) => ({ frame, caption: `${offset(frame.seen.at, known)}${name}` }));
}

/** `+12 s: ` */
function offset(at: number, faultAt: number | undefined): string {
  if (faultAt === undefined) return "";
  const seconds = Math.round((at - faultAt) / 1000);
  return `${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s: `;
}
