import { UserError } from "../../operate/errors";
import { type Host, thisHost } from "../toolchain/host";

/** Image ids by "repository:tag" and by "repository@digest". */
export type Images = Map<string, string>;

/** Returns all images in Docker with one command, for all checks of a run. */
export async function imagesPresent(host: Host = thisHost): Promise<Images> {
  const format = "--format={{.Repository}} {{.Tag}} {{.Digest}} {{.ID}}";
  const lines = (await docker(host, "image", "ls", "--no-trunc", "--digests", format)).split("\n");
  return new Map(
    lines.filter(Boolean).flatMap((line) => {
      const [repository = "", tag, digest, id = ""] = line.split(" ");
      return [`${repository}:${tag}`, `${repository}@${digest}`]
        .filter((name) => !name.endsWith("<none>"))
        .map((name): [string, string] => [name, id]);
    }),
  );
}

/** Runs a docker command and returns its output. */
export async function docker(host: Host, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run("docker", args);
  if (exitCode !== 0) throw new UserError(`docker ${args.join(" ")} failed: ${stderr.trim()}`);
  return stdout.trim();
}
