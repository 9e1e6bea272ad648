import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pythonPackage } from "../../components/inject/files";
import { REPOSITORY } from "../../local/paths";
import { Consumer, PEERS } from "./consumer";

/** Limits in bytes that an accidentally packed file would exceed. */
const LARGEST_FILE = 60_000;
const LARGEST_TOTAL = 1_500_000;

describe("the packed library", () => {
  const consumer = new Consumer();

  before(() => consumer.make());
  after(() => consumer.remove());

  it("contains only the compiled components and the command, their types, the Python package, license and README", () => {
    const folders = ["components", "operate"];
    const sources = folders.flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        join(folder, file),
      ),
    );
    const compiled = sources
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join("dist", file.slice(0, -".ts".length)))
      .flatMap((file) => [`${file}.js`, `${file}.d.ts`]);
    const guard = "ha_celery/drill/guard.py";
    const python = [...pythonPackage().files.map(({ path }) => path), guard].map((path) =>
      join("dist/docker/worker", path),
    );
    const packed = consumer.files.map(({ path }) => path).sort();
    assert.deepEqual(packed, [...compiled, ...python, "LICENSE", "README.md", "package.json"].sort());
  });

  it("provides the command ha-celery, which needs no file of the repository", async () => {
    const scenes = await consumer.run("ha-celery", ["drill"]);
    assert.match(scenes, /^drain +cordons the leader's node/m);
    await assert.rejects(
      consumer.run("ha-celery", ["drill", "drain", "--kubeconfig", "nowhere"]),
      /Error: The kubeconfig nowhere cannot be read/,
    );
  });

  it("is small", () => {
    for (const { path, size } of consumer.files) assert.ok(size < LARGEST_FILE, `${path} has ${size} bytes`);
    const total = consumer.files.reduce((sum, { size }) => sum + size, 0);
    assert.ok(total < LARGEST_TOTAL, `${total} bytes`);
  });

  it("shares the program's packages, because a second copy of @pulumi/pulumi would not see its resources", async () => {
    const found = await consumer.run("npm", ["ls", "--all", "--parseable", ...PEERS]);
    const copies = found.split("\n").filter((path) => /@pulumi\/\w+$/.test(path));
    assert.deepEqual(
      copies.sort(),
      PEERS.map((name) => join(consumer.folder, "node_modules", name)),
    );
  });

  it("finds the Python package, for inject", async () => {
    const hash = await consumer.run("node", [
      "--eval",
      "console.log(require('./node_modules/ha-celery/dist/components/inject/files.js').pythonPackage().hash)",
    ]);
    assert.equal(hash, pythonPackage().hash);
  });

  it("creates nothing when it is imported", async () => {
    // Without an engine, creating a resource fails.
    const names = await consumer.run("node", [
      "--eval",
      "console.log(Object.keys(require('ha-celery')).join())",
    ]);
    assert.match(names, /\bHaCelery\b.*\bRabbitMqCluster\b/);
    const module = "import { HaCelery } from 'ha-celery'; console.log(typeof HaCelery)";
    assert.equal(await consumer.run("node", ["--input-type=module", "--eval", module]), "function");
  });

  it("has types for strict programs, which reject a wrong argument", async () => {
    await consumer.run("tsc", ["--noEmit"]);
    consumer.write(
      "wrong.ts",
      'import { TaskLedger } from "ha-celery";\nnew TaskLedger("a", { namespace: "b", image: 1 });\n',
    );
    await assert.rejects(consumer.run("tsc", ["--noEmit"]), /wrong\.ts\(2,.*'number' is not assignable/);
  });

  it("can be tested with Pulumi's mocks", async () => {
    await consumer.run("npm", ["test"], "orders");
  });
});
