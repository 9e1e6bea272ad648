import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { passwordHash } from "../../../components/rabbitmq/definitions";

const COMPONENTS = resolve(__dirname, "../../../components");
const CLASSES = [
  "CeleryJob",
  "CeleryWorkers",
  "ContainerImage",
  "ContainerRegistry",
  "GkeCluster",
  "HaCelery",
  "RabbitMqCluster",
  "StorageClasses",
  "TaskLedger",
];

describe("the library", () => {
  it("creates nothing when it is imported", () => {
    // Without an engine, the first resource would end the program.
    execFileSync(process.execPath, ["--import=tsx", "--eval", "require('./components')"], {
      cwd: dirname(COMPONENTS),
    });
  });

  it("imports nothing of the program, the local target, the drill or the command line", () => {
    const sources = readdirSync(COMPONENTS, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    for (const file of sources) {
      for (const [, target = ""] of readFileSync(join(COMPONENTS, file), "utf8").matchAll(
        /from "(\.[^"]+)"/g,
      )) {
        const outside = relative(COMPONENTS, resolve(COMPONENTS, dirname(file), target)).startsWith("..");
        assert.ok(!outside, `${file} imports ${target}`);
      }
    }
  });

  it("can be described to other languages", function () {
    this.timeout(60_000);
    const { components, typeDefinitions } = new Analyzer(
      COMPONENTS,
      "ha-celery",
      {},
      new Set(CLASSES),
    ).analyze();
    assert.deepEqual(Object.keys(components).sort(), CLASSES);
    const shapes = [
      ...Object.values(components).flatMap(({ name, inputs, outputs }) => [
        { name, properties: { ...inputs, ...outputs } },
      ]),
      ...Object.values(typeDefinitions),
    ];
    for (const { name, properties = {} } of shapes) {
      for (const [property, { description }] of Object.entries(properties)) {
        assert.ok(description, `${name}.${property} has no description`);
        assert.ok(!description.includes("[object"), `${name}.${property}: the analyzer cannot read {@link}`);
      }
    }
  });
});

describe("a RabbitMQ password hash", () => {
  it("is a salt of four bytes and the SHA-256 of salt and password", () => {
    const hash = Buffer.from(passwordHash("celery", "pass"), "base64");
    const salt = hash.subarray(0, 4);
    assert.deepEqual(
      hash.subarray(4),
      createHash("sha256")
        .update(Buffer.concat([salt, Buffer.from("pass")]))
        .digest(),
    );
  });

  it("is the same for the same password, with another salt for another user", () => {
    assert.equal(passwordHash("a", "pass"), passwordHash("a", "pass"));
    assert.notEqual(passwordHash("a", "pass"), passwordHash("b", "pass"));
  });
});
