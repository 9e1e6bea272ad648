import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contextDigest } from "../../../../../local/providers/docker/context";
import { imageOf } from "../../../../../local/providers/docker/image";
import { DockerProvider } from "../../../../../local/providers/docker/provider";
import { makeSecret } from "../../../../../local/providers/plugin/values";

const TYPE = "docker:index/image:Image";
const operation = {
  urn: "urn:x",
  type: TYPE,
  name: "image",
  signal: new AbortController().signal,
  info: () => undefined,
  warn: () => undefined,
  status: () => undefined,
};

describe("docker stand-in: build context", () => {
  let folder: string;
  const digest = (): string => contextDigest(folder, join(folder, "Dockerfile"));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ha-celery-context-"));
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(folder, ".dockerignore"), "*.log\n");
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "src", "a.py"), "1");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has the same digest until a file changes that is not ignored", () => {
    const before = digest();
    writeFileSync(join(folder, "noise.log"), "x");
    assert.equal(digest(), before);
  });

  for (const [what, change] of [
    ["content", () => writeFileSync(join(folder, "src", "a.py"), "2")],
    ["another file", () => writeFileSync(join(folder, "src", "b.py"), "")],
    ["a mode", () => chmodSync(join(folder, "src", "a.py"), 0o755)],
    ["a link", () => symlinkSync("a.py", join(folder, "src", "link"))],
    ["the Dockerfile", () => writeFileSync(join(folder, "Dockerfile"), "FROM other\n")],
  ] as const) {
    it(`has another digest for ${what}`, () => {
      const before = digest();
      change();
      assert.notEqual(digest(), before);
    });
  }

  it("is checked before the build, with a hint at the usual mistake", async () => {
    const provider = new DockerProvider(join(folder, ".."));
    const name = folder.split("/").at(-1) ?? "";
    const check = (build: { context: string; dockerfile?: string }) =>
      provider.check({
        ...operation,
        oldInputs: {},
        newInputs: { imageName: "x", build },
        randomSeed: new Uint8Array(),
      });
    assert.match(
      (await check({ context: name, dockerfile: "Dockerfile" })).failures?.[0]?.reason ?? "",
      new RegExp(`use ${name}/Dockerfile`),
    );
    assert.match((await check({ context: "no-such-folder" })).failures?.[0]?.reason ?? "", /no such folder/);
    const { inputs, failures } = await check({ context: name });
    assert.deepEqual(failures, undefined);
    assert.equal(imageOf(inputs).dockerfile, `${name}/Dockerfile`);
  });
});

describe("docker stand-in: diff", () => {
  it("does not rebuild for new credentials", async () => {
    const inputs = (password: string, server = "r") => ({
      imageName: "x",
      registry: { server, username: "u", password: makeSecret(password) },
    });
    const diff = (a: ReturnType<typeof inputs>, b: ReturnType<typeof inputs>) =>
      new DockerProvider().diff({ ...operation, oldInputs: a, newInputs: b, oldState: {} });
    assert.deepEqual((await diff(inputs("a"), inputs("b"))).changes, []);
    assert.equal((await diff(inputs("a"), inputs("a", "s"))).changes.length, 1);
  });
});
