import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs the command line as a user does, with this kubeconfig. */
const run = (kubeconfig: string, ...words: string[]): Promise<{ code: number; stderr: string }> =>
  new Promise((resolve) => {
    const args = ["--import=tsx", "operate/cli/main.ts", ...words];
    const env = { PATH: process.env.PATH, KUBECONFIG: kubeconfig };
    execFile(process.execPath, args, { env }, (error, _, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stderr }),
    );
  });

describe("ha-celery without a cluster", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-"));
  const kubeconfig = join(folder, "config");
  before(() =>
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: "off", cluster: { server: "https://127.0.0.1:1" } }],
        contexts: [{ name: "off", context: { cluster: "off", user: "off" } }],
        users: [{ name: "off", user: {} }],
      }),
    ),
  );
  after(() => rmSync(folder, { recursive: true }));

  const CASES: [string, () => string, string[], RegExp][] = [
    ["no kubeconfig", () => join(folder, "none"), ["status"], /The kubeconfig .*none cannot be read/],
    ["an unknown context", () => kubeconfig, ["status", "--context=prod"], /There is no context "prod" in/],
    [
      "no answer",
      () => kubeconfig,
      ["recover", "--context=off", "--dry-run"],
      /does not answer: .*--context/,
    ],
    ["an unknown scene", () => kubeconfig, ["drill", "drian"], /There is no scene "drian"/],
    [
      "an impossible load",
      () => join(folder, "none"),
      ["size", "--tasks-per-second=1", "--payload=20MB"],
      /accepts messages of at most 16 MiB/,
    ],
  ];
  for (const [name, config, words, message] of CASES)
    it(`exits with 2 for ${name}`, async () => {
      const { code, stderr } = await run(config(), ...words);
      assert.match(stderr, message);
      assert.equal(code, 2);
    });
});
