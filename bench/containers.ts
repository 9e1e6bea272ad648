import { execa } from "execa";
import { localName, PREFIX } from "../local/paths";

const docker = async (...args: string[]): Promise<string[]> =>
  (await execa("docker", args)).stdout.split("\n").filter(Boolean);

/** Returns the total memory of a cluster's node containers, as Docker reports it. */
export async function nodeMemory(cluster: string): Promise<string> {
  const names = ["control-plane", "node-1", "node-2", "node-3"].map((part) => localName(cluster, part));
  const used = await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", ...names);
  const total = used.map((line) => mebibytes(line.split("/")[0] ?? "")).reduce((sum, each) => sum + each, 0);
  return `${(total / 1024).toFixed(2)} GiB`;
}

/** Returns the sizes of the images that this repository builds, including the base images of the nodes. */
export async function imageSizes(): Promise<[string, string][]> {
  const lines = await docker("image", "ls", "--format", "{{.Repository}} {{.Size}}");
  const ours = lines
    .map((line) => line.split(" ") as [string, string])
    .filter(([name]) => name.includes(PREFIX) || /^127\.0\.0\.1:\d+\//.test(name));
  return [
    ...new Map(ours.map(([name, size]) => [name.replace(/^127\.0\.0\.1:\d+\//, ""), size])).entries(),
  ].sort();
}

const UNITS: Record<string, number> = { B: 2 ** -20, KiB: 2 ** -10, MiB: 1, GiB: 2 ** 10 };

function mebibytes(text: string): number {
  const [, value = "0", unit = "B"] = /^([\d.]+)(\w+)$/.exec(text.trim()) ?? [];
  return Number(value) * (UNITS[unit] ?? 0);
}
