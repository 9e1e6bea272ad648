import { execa } from "execa";

export interface DockerRun {
  args: string[];
  cwd: string;
  env?: Record<string, string>;
  signal: AbortSignal;
  /** Called with every line of output. */
  onLine?(line: string): void;
}

/** The docker command failed. */
export class DockerFailed extends Error {
  override readonly name = "DockerFailed";
  constructor(
    command: string,
    /** Everything that the command printed. */
    readonly lines: string[],
  ) {
    super(`${command}: ${lines.at(-1) ?? "no output"}`);
  }
}

/** Runs a docker command and returns the lines that it printed. */
export async function docker({ args, cwd, env, signal, onLine }: DockerRun): Promise<string[]> {
  const lines: string[] = [];
  const child = execa("docker", args, {
    cwd,
    env,
    signal,
    all: true,
    stdin: "ignore",
    reject: false,
    buffer: false,
  });
  let rest = "";
  child.all?.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split(/\r\n|\n|\r/);
    rest = parts.pop() ?? "";
    parts.forEach(add);
  });
  const result = await child;
  add(rest);
  if (signal.aborted) throw new Error(`docker ${args[0]} was canceled.`);
  if ((result as { code?: string }).code === "ENOENT") {
    throw new Error(
      "The docker command was not found. Install Docker (on Debian: apt-get install docker.io) and run the command again.",
    );
  }
  if (result.exitCode !== 0) throw new DockerFailed(`docker ${args[0]}`, lines);
  return lines;

  function add(line: string): void {
    const text = line.trimEnd();
    if (text === "") return;
    lines.push(text);
    onLine?.(text);
  }
}
