import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { AmqpSession } from "../amqp/connection";
import { scan } from "../amqp/scan";
import { readLetter } from "./letter";
import { isSelected, type Selection } from "./selection";

/** Deletes the selected letters for good, the oldest first and at most so many, and returns their number. */
export async function purge(session: AmqpSession, selection: Selection, most = Infinity): Promise<number> {
  let removed = 0;
  await scan(session, DEAD_LETTERS, async (message) => {
    if (removed >= most || !isSelected(readLetter(message), selection, Date.now())) return "kept";
    session.channel.ack(message);
    removed += 1;
    return "removed";
  });
  return removed;
}
