import type { Message } from "amqplib";
import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { AmqpSession } from "../amqp/connection";
import { scan } from "../amqp/scan";
import { type DeadLetter, readLetter } from "./letter";
import { isSelected, type Selection } from "./selection";

/** Returns the selected letters, the oldest first, and the number of all. */
export async function readLetters(
  session: AmqpSession,
  selection: Selection,
): Promise<{ letters: DeadLetter[]; total: number }> {
  const letters: DeadLetter[] = [];
  const total = await scan(session, DEAD_LETTERS, async (message) => {
    const letter = readLetter(message);
    if (isSelected(letter, selection, Date.now())) letters.push(letter);
    return "kept";
  });
  return { letters, total };
}

/** Returns the first letter with this id. Reads all, which keeps their order. */
export async function findLetter(session: AmqpSession, id: string): Promise<Message | undefined> {
  let found: Message | undefined;
  await scan(session, DEAD_LETTERS, async (message) => {
    if (found === undefined && readLetter(message).id === id) found = message;
    return "kept";
  });
  return found;
}
