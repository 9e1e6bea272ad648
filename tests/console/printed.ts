import type { ChildProcess } from "node:child_process";

/** Waits until the output of a command has a part. */
export async function printed(child: ChildProcess, part: RegExp): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const [found] = part.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
    child.once("exit", () => reject(new Error(`the command has ended: ${text}`)));
  });
}

/** The address that a console prints. */
export const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/\w+\//;

export const addressIn = (child: ChildProcess): Promise<string> => printed(child, ADDRESS);
