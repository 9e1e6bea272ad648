import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type ContainerImageArgs, ContainerImage } from "../../../../components";
import { contentHash } from "../../../../components/containerImage/content";
import { dockerIgnore } from "../../../../components/containerImage/dockerIgnore";
import { known, list, outputsOf, refusal, run, the } from "../engine";

describe("ContainerImage", () => {
  let context: string;
  beforeEach(() => {
    context = mkdtempSync(join(tmpdir(), "image-"));
    writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(context, "app.py"), "print(1)\n");
  });
  afterEach(() => {
    rmSync(context, { recursive: true });
  });

  const args = (more: Partial<ContainerImageArgs> = {}) => ({
    repository: "registry.example.com/worker",
    context,
    ...more,
  });
  const create = (more: Partial<ContainerImageArgs> = {}) => new ContainerImage("worker", args(more));
  const built = async (more: Partial<ContainerImageArgs> = {}) =>
    the((await run(() => create(more))).resources, "Image").inputs;
  const tag = async (more: Partial<ContainerImageArgs> = {}) => (await built(more)).imageName;

  it("creates exactly an image below itself", async () => {
    const { resources } = await run(() => create());
    assert.deepEqual(list(resources), ["ContainerImage worker", "Image worker-image"]);
    assert.equal(the(resources, "Image").parent, "ha-celery:index:ContainerImage worker");
  });

  it("builds for the nodes' platform and pushes, by default", async () => {
    const { imageName, ...rest } = await built();
    assert.match(String(imageName), /^registry\.example\.com\/worker:[0-9a-f]{16}$/);
    assert.deepEqual(rest, {
      build: { context, dockerfile: `${context}/Dockerfile`, platform: "linux/amd64", args: {} },
      skipPush: false,
      buildOnPreview: false,
    });
  });

  it("passes every option on", async () => {
    const inputs = await built({
      dockerfile: join(context, "Dockerfile"),
      baseImage: "python:3.13",
      buildArgs: { MODE: "fast" },
      target: "final",
      platform: "linux/arm64",
      tag: "v1",
      push: false,
      credentials: { server: "registry.example.com", username: "me", password: pulumi.secret("hidden") },
      buildOnPreview: true,
    });
    assert.deepEqual(inputs, {
      imageName: "registry.example.com/worker:v1",
      build: {
        context,
        dockerfile: join(context, "Dockerfile"),
        platform: "linux/arm64",
        target: "final",
        args: { MODE: "fast", BASE_IMAGE: "python:3.13" },
      },
      skipPush: true,
      registry: { server: "registry.example.com", username: "me", password: "hidden" },
      buildOnPreview: true,
    });
  });

  it("is referred to by its digest when pushed, by its tag when not", async () => {
    const pushed = await run(() => create());
    assert.equal((await known({ ref: pushed.result.ref })).ref, "repository@sha256:worker-image");
    const local = await run(() => create({ push: false, tag: "v1" }));
    assert.equal((await known({ ref: local.result.ref })).ref, "registry.example.com/worker:v1");
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = await run(() => create());
    assert.deepEqual(the(resources, "ContainerImage").outputs.sort(), outputsOf(result));
  });

  it("has another tag for another content, and the same for the same", async () => {
    const first = await tag();
    assert.equal(await tag(), first);
    assert.notEqual(await tag({ baseImage: "python:3.14" }), first, "another base");
    assert.notEqual(await tag({ platform: "linux/arm64" }), first, "another platform");
    chmodSync(join(context, "app.py"), 0o755);
    const program = await tag();
    assert.notEqual(program, first, "another mode");
    writeFileSync(join(context, "app.py"), "print(2)\n");
    assert.notEqual(await tag(), program, "another content");
  });

  it("does not look at what .dockerignore keeps out", async () => {
    writeFileSync(join(context, ".dockerignore"), "*\n!app.py\n**/__pycache__\n.dockerignore\n");
    const hash = () => contentHash(context, join(context, "Dockerfile"), {});
    const first = hash();
    mkdirSync(join(context, "__pycache__"));
    writeFileSync(join(context, "__pycache__", "app.pyc"), "x");
    writeFileSync(join(context, "notes.txt"), "x");
    assert.equal(hash(), first);
    writeFileSync(join(context, "Dockerfile"), "FROM other\n");
    assert.notEqual(hash(), first, "the Dockerfile always counts");
  });

  it("names every problem of its arguments", async () => {
    assert.equal(
      await refusal(() =>
        create({ context: "no/such", repository: "Registry/Worker:1", tag: "a b", platform: "arm" }),
      ),
      [
        'ContainerImage "worker" has 4 problems:',
        `  - context is "no/such", but ${join(process.cwd(), "no/such")} is not a folder. Use a path relative to the program.`,
        '  - repository is "Registry/Worker:1". Use a lowercase registry and path, without a tag, for example "registry.example.com/team/worker".',
        '  - tag is "a b". Use up to 128 letters, digits, "_", "." and "-".',
        '  - platform is "arm". Use for example "linux/amd64" or "linux/arm64".',
      ].join("\n"),
    );
    assert.match(
      await refusal(() => create({ dockerfile: "Nowhere" })),
      /dockerfile is "Nowhere", but .*does not exist/,
    );
    assert.match(
      await refusal(() => create({ baseImage: "a", buildArgs: { BASE_IMAGE: "b" } })),
      /baseImage and buildArgs.BASE_IMAGE are mutually exclusive, because/,
    );
  });

  for (const repository of [
    "worker",
    "127.0.0.1:5000/worker",
    "registry.example.com/team/worker",
    "a-b.dev/c_d/e.f",
  ]) {
    it(`takes the repository ${repository}`, async () => {
      assert.equal(await refusal(() => create({ repository })), "");
    });
  }
});

describe(".dockerignore", () => {
  const CASES: [patterns: string, path: string, ignored: boolean][] = [
    ["", "a", false],
    ["# a", "a", false],
    ["a", "a", true],
    ["a", "a/b", true],
    ["a", "ab", false],
    ["a", "b/a", false],
    ["/a/", "a/b", true],
    ["*.pyc", "a.pyc", true],
    ["*.pyc", "b/a.pyc", false],
    ["**/*.pyc", "a.pyc", true],
    ["**/*.pyc", "b/c/a.pyc", true],
    ["a/**", "a/b/c", true],
    ["?.txt", "a.txt", true],
    ["?.txt", "ab.txt", false],
    ["[ab].txt", "b.txt", true],
    ["a.b", "axb", false],
    ["*\n!a", "a/b", false],
    ["*\n!a", "b", true],
    ["!a\n*", "a", true],
  ];
  for (const [patterns, path, ignored] of CASES) {
    it(`${JSON.stringify(patterns)} ${ignored ? "keeps out" : "lets in"} ${path}`, () => {
      assert.equal(dockerIgnore(patterns)(path), ignored);
    });
  }
});

describe("the worker image of this repository", () => {
  const worker = resolve(__dirname, "../../../../docker/worker");
  const ignored = dockerIgnore(readFileSync(join(worker, ".dockerignore"), "utf8"));

  it("takes in a package that is added beside ha_celery", () => {
    for (const path of ["orders/__init__.py", "orders/tasks.py", "orders/templates/mail.html", "settings.py"])
      assert.equal(ignored(path), false, path);
    assert.match(readFileSync(join(worker, "Dockerfile"), "utf8"), /^COPY \. \.$/m);
  });

  it("leaves out tests and caches", () => {
    for (const path of ["tests/test_acks.py", ".venv/bin/python", "orders/__pycache__/tasks.pyc"])
      assert.equal(ignored(path), true, path);
  });
});
