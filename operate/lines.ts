import { createReadStream } from "node:fs";
import { messageOf, UsageError } from "./errors";

/** Lines of a file of any size. They end with a line feed only: JSON may contain the other separators that `readline`
 * knows. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, "utf8");
  let rest = "";
  try {
    for await (const text of input) {
      const lines = `${rest}${String(text)}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    throw new UsageError(`The file ${file} cannot be read: ${messageOf(error)}.`);
  }
  if (rest !== "") yield rest;
}
