import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { type Artifact, ensureArtifact, hasArtifact } from "../../../../local/toolchain/cache";
import { recorder, useTemporaryCache } from "./fixtures";

describe("toolchain cache", () => {
  const cache = useTemporaryCache();
  const contents = async () =>
    (await readdir(join(cache.path, "artifacts"))).filter((name) => !name.endsWith(".lock"));

  function artifact(given: Partial<Artifact> = {}) {
    const made = { times: 0 };
    const make = async (folder: string) => {
      made.times++;
      await writeFile(join(folder, "tool"), "content");
    };
    return { made, artifact: { name: "tool", file: "tool", inputs: ["1"], make, ...given } };
  }

  it("builds an artifact once", async () => {
    const { artifact: tool, made } = artifact();
    assert.equal(await hasArtifact(tool), false);
    const path = await ensureArtifact(tool, () => undefined);
    assert.equal(await ensureArtifact(tool, () => undefined), path);
    assert.equal(await readFile(path, "utf8"), "content");
    assert.equal(await hasArtifact(tool), true);
    assert.equal(made.times, 1);
  });

  it("builds another one if the inputs differ, and keeps the first", async () => {
    const first = await ensureArtifact(artifact().artifact, () => undefined);
    const second = await ensureArtifact(artifact({ inputs: ["2"] }).artifact, () => undefined);
    assert.notEqual(first, second);
    assert.ok(existsSync(first));
  });

  it("leaves no files of a failed build", async () => {
    const make = async (folder: string) => {
      await writeFile(join(folder, "tool"), "half");
      throw new Error("no more disk");
    };
    await assert.rejects(
      ensureArtifact(artifact({ make }).artifact, () => undefined),
      /no more disk/,
    );
    assert.deepEqual(await contents(), []);
  });

  for (const [damage, harm] of [
    ["a changed program", (path: string) => writeFile(path, "c0ntent")],
    ["a missing program", (path: string) => rm(path)],
    ["a missing checksum", (path: string) => rm(`${path}.sha256`)],
  ] as const) {
    it(`rebuilds it after ${damage}, and reports that`, async () => {
      const { artifact: tool, made } = artifact();
      const { lines, report } = recorder();
      const path = await ensureArtifact(tool, report);
      await harm(path);
      assert.equal(await ensureArtifact(tool, report), path);
      assert.equal(await readFile(path, "utf8"), "content");
      assert.equal(made.times, 2);
      assert.match(lines.join("\n"), /^tool in the cache is damaged/);
    });
  }

  describe("with other processes", () => {
    const script = join(__dirname, "makeArtifact.ts");
    const start = (milliseconds: number) =>
      execa(process.execPath, ["--import=tsx", script, join(cache.path, "starts"), String(milliseconds)], {
        reject: false,
      });
    const starts = async () => (await readFile(join(cache.path, "starts"), "utf8")).split("\n").length - 1;

    it("builds once for two concurrent processes; the second reports that it waits", async () => {
      const results = await Promise.all([start(1_500), start(1_500)]);
      const [first, second] = results.map(({ stdout }) => stdout.split("\n"));
      assert.equal(first?.at(-1), second?.at(-1));
      assert.equal(await starts(), 1);
      const waited = [first, second].filter((lines) =>
        /another process is already preparing slow/.test(lines?.[0] ?? ""),
      );
      assert.equal(waited.length, 1, "exactly one of them waited");
    });

    it("rebuilds after a killed build", async () => {
      const killed = start(60_000);
      while (!existsSync(join(cache.path, "starts"))) await sleep(50);
      killed.kill("SIGKILL");
      await killed;
      const { stdout } = await start(0);
      const path = stdout.split("\n").at(-1)?.replace("path ", "") ?? "";
      assert.equal(await readFile(path, "utf8"), "whole");
      assert.equal(await starts(), 2);
      assert.equal((await contents()).length, 1, "the half-made folder is gone");
    });
  });
});
