import { open, readFile } from "node:fs/promises";
import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { AmqpSession } from "../amqp/connection";
import { Publisher } from "../amqp/publish";
import { scan } from "../amqp/scan";
import { messageOf, UsageError, UserError } from "../errors";
import { fromLine, toLine } from "./exported";
import { readLetter } from "./letter";
import { isSelected, type Selection } from "./selection";

/** Writes the selected letters to a new file, and returns their number. They stay in the queue. */
export async function exportLetters(
  session: AmqpSession,
  file: string,
  selection: Selection,
): Promise<number> {
  // Their arguments may be confidential.
  const output = await open(file, "wx", 0o600).catch((error: unknown) => {
    throw new UsageError(
      `The file ${file} cannot be created: ${messageOf(error)}. Name a file that does not exist.`,
    );
  });
  let written = 0;
  try {
    await scan(session, DEAD_LETTERS, async (message) => {
      if (isSelected(readLetter(message), selection, Date.now())) {
        await output.write(`${toLine(message)}\n`);
        written += 1;
      }
      return "kept";
    });
    await output.sync();
  } finally {
    await output.close();
  }
  return written;
}

/** Adds the letters of a file to the queue, and returns their number. Reads the whole file first. */
export async function importLetters(session: AmqpSession, file: string): Promise<number> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(`The file ${file} cannot be read: ${messageOf(error)}.`);
  });
  const letters = text
    .split("\n")
    .flatMap((line, at) => (line === "" ? [] : [fromLine(line, `Line ${at + 1} of ${file}`)]));
  const publisher = new Publisher(session);
  for (const [at, { routingKey, body, properties }] of letters.entries()) {
    const result = await publisher
      .publish(DEAD_LETTERS, routingKey, body, properties)
      .catch((error: unknown) => messageOf(error));
    if (result !== "stored")
      throw new UserError(
        `The import stopped after ${at} of ${letters.length} dead letters: ${result}. To continue, delete the first ${at} lines of ${file}, and run the command again.`,
      );
  }
  return letters.length;
}
