import { execa } from "execa";

/** Creates a Docker network. Removes one that an interrupted run has left, with its containers. */
export async function createNetwork(name: string): Promise<void> {
  await removeNetwork(name);
  await execa("docker", ["network", "create", name]);
}

/** Removes a Docker network, if it exists, and its running containers. Docker must still run. */
export async function removeNetwork(name: string): Promise<void> {
  const format = "{{range .Containers}}{{.Name}} {{end}}";
  const { stdout, exitCode } = await execa("docker", ["network", "inspect", "--format", format, name], {
    reject: false,
  });
  if (exitCode !== 0) return;
  const containers = stdout.split(" ").filter(Boolean);
  if (containers.length > 0) await execa("docker", ["rm", "--force", "--volumes", ...containers]);
  await execa("docker", ["network", "rm", name]);
}
