import { open, rm } from "node:fs/promises";
import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { AmqpSession } from "../amqp/connection";
import { Publisher } from "../amqp/publish";
import { scan } from "../amqp/scan";
import { messageOf, UsageError, UserError } from "../errors";
import { linesOf } from "../lines";
import { type ExportedLetter, fromLine, toLine } from "./exported";
import { readLetter } from "./letter";
import { isSelected, type Selection } from "./selection";

/** Writes the selected letters to a new file, and returns their number. They stay in the queue. A file that would be
 * incomplete is removed. */
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
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await output.close();
  }
  return written;
}

async function* lettersOf(file: string): AsyncGenerator<ExportedLetter> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line !== "") yield fromLine(line, `Line ${number} of ${file}`);
  }
}

/** Adds the letters of a file to the queue, and returns their number. Reads the whole file before, so that it does not
 * stop halfway at a broken line. */
export async function importLetters(session: AmqpSession, file: string): Promise<number> {
  let letters = 0;
  const all = lettersOf(file);
  while (!(await all.next()).done) letters += 1;
  const publisher = new Publisher(session);
  let imported = 0;
  for await (const { routingKey, body, properties } of lettersOf(file)) {
    const result = await publisher
      .publish(DEAD_LETTERS, routingKey, body, properties)
      .catch((error: unknown) => messageOf(error));
    if (result !== "stored")
      throw new UserError(
        `The import stopped after ${imported} of ${letters} dead letters: ${result}. To continue, delete the first ${imported} lines of ${file}, and run the command again.`,
      );
    imported += 1;
  }
  return imported;
}
