import { UserError } from "../../operate/errors";
import { type Host, thisHost } from "../toolchain/host";

/** Image id by "repository:tag". */
export type Images = Map<string, string>;

/** Every image that Docker holds: one call answers all questions of a run. */
export async function imagesPresent(host: Host = thisHost): Promise<Images> {
  const format = "--format={{.Repository}}:{{.Tag}} {{.ID}}";
  const lines = (await docker(host, "image", "ls", "--no-trunc", format)).split("\n");
  return new Map(lines.filter(Boolean).map((line) => line.split(" ", 2) as [string, string]));
}

/** What a docker command says; a failure is the user's to mend. */
export async function docker(host: Host, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run("docker", args);
  if (exitCode !== 0) throw new UserError(`docker ${args.join(" ")} failed: ${stderr.trim()}`);
  return stdout.trim();
}
