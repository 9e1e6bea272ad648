import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { delimiter } from "node:path";
import type { Downloads } from "../../../../local/toolchain/downloads";
import { neededPlugins } from "../../../../local/toolchain/plugins";
import { ensurePulumi } from "../../../../local/toolchain/pulumi";
import { type Answers, fakeHost, recorder, useTemporaryCache } from "./fixtures";

function downloads(problem: string | undefined): Downloads & { remembered: string[] } {
  const remembered: string[] = [];
  return { remembered, problem: async () => problem, remember: (failure) => void remembered.push(failure) };
}

const offline = "the site is out of reach";
const version = (stdout: string): Answers => ({ "/usr/bin/pulumi version": { stdout } });
const installed = (names: string[]): Answers => ({
  "/usr/bin/pulumi plugin ls": {
    stdout: JSON.stringify(
      neededPlugins()
        .filter(({ name }) => names.includes(name))
        .map((plugin) => ({ ...plugin, kind: "resource" })),
    ),
  },
});

describe("finding Pulumi", () => {
  useTemporaryCache();

  it("uses the user's own CLI and plugins", async () => {
    const host = fakeHost({
      path: ["pulumi"],
      env: { PATH: "/usr/bin", PULUMI_HOME: "/home/me/pulumi" },
      answers: { ...version("v3.270.0"), ...installed(["kubernetes", "docker", "random", "tls"]) },
    });
    const { lines, report } = recorder();
    const tools = await ensurePulumi(report, host, downloads(offline));
    assert.equal(tools.standIns.length, 0);
    assert.deepEqual(tools.env, { PULUMI_HOME: "/home/me/pulumi", PULUMI_SKIP_UPDATE_CHECK: "true" });
    assert.match(tools.command, /bin\/pulumi$/);
    assert.match(lines.join("\n"), /^Pulumi CLI: your 3\.270\.0, .*\nPulumi plugins: official kubernetes/);
  });

  it("builds from Go sources if there is none and none can be downloaded", async () => {
    const { lines, report } = recorder();
    await assert.rejects(
      ensurePulumi(report, fakeHost(), downloads(offline)),
      /Go is not installed, and the Pulumi CLI/,
    );
    assert.deepEqual(lines, [`Pulumi CLI: not on PATH and cannot be downloaded: ${offline}`]);
  });

  it("does not use one that is too old", async () => {
    const host = fakeHost({ path: ["pulumi"], answers: version("v3.99.0") });
    const { lines, report } = recorder();
    await assert.rejects(ensurePulumi(report, host, downloads(offline)), /Go is not installed/);
    assert.match(lines[0] ?? "", /\/usr\/bin\/pulumi is 3\.99\.0, older than 3\.200\.0; not used/);
  });

  it("does not use one that does not run", async () => {
    const { lines, report } = recorder();
    await assert.rejects(ensurePulumi(report, fakeHost({ path: ["pulumi"] }), downloads(offline)));
    assert.match(lines[0] ?? "", /does not report its version \(ENOENT\); not used/);
  });
});

describe("finding Pulumi's plugins", () => {
  useTemporaryCache();

  it("prefers one on PATH, then an installed one, then a stand-in, and reports stand-ins separately", async () => {
    const host = fakeHost({
      path: ["pulumi", "pulumi-resource-docker"],
      answers: { ...version("v3.270.0"), ...installed(["random", "tls"]) },
    });
    const { lines, report } = recorder();
    const tools = await ensurePulumi(report, host, downloads(offline));
    assert.deepEqual(tools.standIns, ["kubernetes"]);
    assert.match(
      lines.at(-1) ?? "",
      /official docker \S+, random \S+, tls \S+; stand-ins .* kubernetes \S+: the site is out/,
    );
    const [folder = "", ...rest] = (tools.env.PATH ?? "").split(delimiter);
    assert.deepEqual(
      readdirSync(folder),
      ["pulumi-resource-kubernetes"],
      "no other stand-in comes before an official one",
    );
    assert.deepEqual(rest, ["/usr/bin"]);
  });

  it("requires the exact version of the npm package", async () => {
    const other = { stdout: JSON.stringify([{ name: "random", kind: "resource", version: "4.0.0" }]) };
    const host = fakeHost({
      path: ["pulumi"],
      answers: { ...version("v3.270.0"), "/usr/bin/pulumi plugin ls": other },
    });
    const tools = await ensurePulumi(() => undefined, host, downloads(offline));
    assert.deepEqual(tools.standIns, ["kubernetes", "docker", "random", "tls"]);
  });

  it("downloads missing plugins if possible", async () => {
    const answers = {
      ...version("v3.270.0"),
      ...installed(["docker"]),
      "/usr/bin/pulumi plugin install": {},
    };
    const host = fakeHost({ path: ["pulumi"], answers });
    const tools = await ensurePulumi(() => undefined, host, downloads(undefined));
    assert.deepEqual(tools.standIns, []);
    const wanted = neededPlugins().filter(({ name }) => name !== "docker");
    assert.deepEqual(
      host.calls.filter((line) => line.includes(" install ")),
      wanted.map((plugin) => `/usr/bin/pulumi plugin install resource ${plugin.name} ${plugin.version}`),
    );
  });

  it("tries one download, remembers the failure, and uses stand-ins for all missing plugins", async () => {
    const failed = { exitCode: 255, stderr: "error: 404" };
    const answers = { ...version("v3.270.0"), ...installed([]), "/usr/bin/pulumi plugin install": failed };
    const host = fakeHost({ path: ["pulumi"], answers });
    const memory = downloads(undefined);
    const tools = await ensurePulumi(() => undefined, host, memory);
    assert.deepEqual(tools.standIns, ["kubernetes", "docker", "random", "tls"]);
    assert.equal(host.calls.filter((line) => line.includes(" install ")).length, 1);
    assert.match(memory.remembered.join(), /downloading the Pulumi plugin kubernetes \S+ failed: error: 404/);
  });
});
