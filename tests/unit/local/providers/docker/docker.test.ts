import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastStep } from "../../../../../local/providers/docker/build";
import { contextDigest } from "../../../../../local/providers/docker/context";
import { IgnoreRules } from "../../../../../local/providers/docker/ignore";
import { imageOf, registryHost, repository } from "../../../../../local/providers/docker/image";
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

describe("docker stand-in: names", () => {
  for (const [name, repo] of [
    ["127.0.0.1:5000/rabbitmq:1", "127.0.0.1:5000/rabbitmq"],
    ["localhost/rabbitmq", "localhost/rabbitmq"],
    ["europe-docker.pkg.dev/p/r/worker:tag", "europe-docker.pkg.dev/p/r/worker"],
    ["rabbitmq:4.3", "docker.io/library/rabbitmq"],
    ["me/worker@sha256:aa", "docker.io/me/worker"],
  ] as const) {
    it(`${name} is of ${repo}`, () => assert.equal(repository(name), repo));
  }
  it("finds the registry", () => assert.equal(registryHost("127.0.0.1:5000/rabbitmq:1"), "127.0.0.1:5000"));
});

describe("docker stand-in: .dockerignore", () => {
  const rules = new IgnoreRules(
    "# comment\n*.log\n**/__pycache__\nsecret?.txt\n/build/\n!build/keep.txt\ndocs/**/*.md\n[ab].c\n",
  );
  for (const [path, excluded] of [
    ["a.log", true],
    ["sub/a.log", false],
    ["__pycache__", true],
    ["x/y/__pycache__/z.pyc", true],
    ["secret1.txt", true],
    ["secret12.txt", false],
    ["build/out.bin", true],
    ["build/keep.txt", false],
    ["docs/a.md", true],
    ["docs/x/a.md", true],
    ["a.c", true],
    ["c.c", false],
    ["a.logs", false],
  ] as const) {
    it(`${excluded ? "leaves out" : "keeps"} ${path}`, () => assert.equal(rules.excludes(path), excluded));
  }
});

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

  it("has the same digest as long as nothing changes, also when left-out files do", () => {
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

  it("is checked before anything is built, with a hint at the usual mistake", async () => {
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
  it("does not build again for new credentials", async () => {
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

it("docker stand-in: a failed build shows its last step", () => {
  const lines = [
    "DEPRECATED: The legacy builder is deprecated",
    "Step 1/2 : FROM x",
    " ---> 1",
    "Step 2/2 : RUN false",
    "boom",
    "returned a non-zero code: 1",
  ];
  assert.equal(lastStep(lines), "  Step 2/2 : RUN false\n  boom\n  returned a non-zero code: 1");
});
