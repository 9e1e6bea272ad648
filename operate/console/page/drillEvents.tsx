import type { TimelineEvent } from "../../drill/verdict/events";
import { positionIn, secondTicks, type Span } from "../axis";
import { Icon, type Tone } from "./parts";
import { clock } from "./time";

/** Drills count in seconds since 1970, pages in milliseconds. */
export const milliseconds = (seconds: number): number => seconds * 1000;

interface DrillEventsProps {
  readonly events: readonly TimelineEvent[];
  /** Unix seconds from which the others count. Undefined before the fault. */
  readonly zero: number | undefined;
}

const TONES: readonly (readonly [RegExp, Tone])[] = [
  [/^fault: /, "bad"],
  [/^recovered/, "good"],
];

export const eventTone = (text: string): Tone => TONES.find(([pattern]) => pattern.test(text))?.[1] ?? "info";

/** What happened in a drill, with the seconds since the fault. */
export const DrillEvents = ({ events, zero }: DrillEventsProps) => (
  <ol class="changes of-drill">
    {events.map(({ at, text }, index) => (
      <li key={index}>
        <time dateTime={new Date(milliseconds(at)).toISOString()}>{clock(milliseconds(at))}</time>
        <span class="offset">{zero === undefined ? "" : offset(at - zero)}</span>
        <Icon tone={eventTone(text)} />
        <span>{text}</span>
      </li>
    ))}
  </ol>
);

/** `+12.3 s` */
const offset = (seconds: number): string => `${seconds < 0 ? "−" : "+"}${Math.abs(seconds).toFixed(1)} s`;

/** Seconds since the fault, or until now before it. */
export const SecondsAxis = ({ span, zero, now = false }: { span: Span; zero: number; now?: boolean }) => (
  <div class="x-axis" aria-hidden="true">
    {secondTicks(span, zero, 8).map((at) => (
      <span key={at} style={{ left: `${positionIn(span, at) * 100}%` }}>
        {at === zero
          ? now
            ? "now"
            : "fault"
          : `${at < zero ? "−" : "+"}${Math.round(Math.abs(at - zero) / 1000)} s`}
      </span>
    ))}
  </div>
);
