import { timeOfHeader } from "../../amqp/delays";
import { dateAndTime, ZONE } from "./time";

interface WhenProps {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What to show instead of date and time. */
  readonly text?: string;
}

/** A time in the reader's zone. Its title has the date, the zone, and the exact time in UTC. */
export function When({ at, text = dateAndTime(at) }: WhenProps) {
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={`${dateAndTime(at)} ${ZONE}, ${exact}`}>
      {text}
    </time>
  );
}

/** The same for the header of a task. One that is no time is shown as it is. */
export function HeaderTime({ time }: { time: string }) {
  const at = timeOfHeader(time);
  return at === undefined ? <>{time}</> : <When at={at} />;
}

const TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))/;

/** A sentence of the command, with its times in the reader's zone. */
export const WithTimes = ({ text }: { text: string }) => (
  <>
    {text.split(TIME).map((part, index) => (index % 2 === 1 ? <HeaderTime key={index} time={part} /> : part))}
  </>
);
