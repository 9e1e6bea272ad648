import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pythonPackage } from "../../components/inject/files";
import { REPOSITORY } from "../../local/paths";
import { checkNpm, npmSbom } from "../../release/pack";
import manifest from "../../package.json";
import { Consumer, PEERS } from "./consumer";

/** Limits in bytes that an accidentally packed file would exceed. */
const LARGEST_FILE = 60_000;
const LARGEST_TOTAL = 2_500_000;
/** Programs with all their packages in one file, and their limits. A quarter of it compressed. */
const BUNDLES = {
  /** The command, which the image of drills needs. */
  "dist/docker/drills/program/dist/cli/ha-celery.js": 4_000_000,
  "dist/operate/console/site/app.js": 150_000,
};

interface Sbom {
  bomFormat: string;
  components: { name: string }[];
  metadata: { component: { name: string } };
}

describe("the packed library", () => {
  const consumer = new Consumer();

  before(() => consumer.make());
  after(() => consumer.remove());

  it("contains only the compiled components and the command, their types, the console's page, the Python package, the image of drills, license and README", () => {
    const folders = ["components", "operate"];
    const sources = folders.flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        join(folder, file),
      ),
    );
    const compiled = sources
      // The page and its build are bundled instead.
      .filter((file) => file.endsWith(".ts") && !/^operate\/console\/(page|site)\//.test(file))
      .map((file) => join("dist", file.slice(0, -".ts".length)))
      .flatMap((file) => [`${file}.js`, `${file}.d.ts`]);
    const guard = "ha_celery/drill/guard.py";
    const python = [...pythonPackage().files.map(({ path }) => path), guard].map((path) =>
      join("dist/docker/worker", path),
    );
    const drills = [".dockerignore", "Dockerfile", `program/docker/worker/${guard}`].map((file) =>
      join("dist/docker/drills", file),
    );
    const page = ["index.html", "app.css"].map((file) => join("dist/operate/console/site", file));
    const packed = consumer.files.map(({ path }) => path).sort();
    assert.deepEqual(
      packed,
      [
        ...[...compiled, ...python, ...drills, ...page, ...Object.keys(BUNDLES)],
        ...["LICENSE", "README.md", "package.json"],
      ].sort(),
    );
  });

  it("provides the command ha-celery, which needs no file of the repository", async () => {
    const scenes = await consumer.run("ha-celery", ["drill"]);
    assert.match(scenes, /^drain +cordons the leader's node/m);
    await assert.rejects(
      consumer.run("ha-celery", ["drill", "drain", "--kubeconfig", "nowhere"]),
      /Error: The kubeconfig nowhere cannot be read/,
    );
  });

  it("provides the same command as a plugin of kubectl, which looks for kubectl-ha_celery in PATH", async () => {
    const help = await consumer.run("kubectl-ha_celery", ["--help"]);
    assert.match(help, /^Usage: kubectl ha-celery \[options\] \[command\]/);
    assert.equal(
      await consumer.run("kubectl-ha_celery", ["drill"]),
      await consumer.run("ha-celery", ["drill"]),
    );
  });

  it("is small", () => {
    const sizes = new Map(consumer.files.map(({ path, size }) => [path, size]));
    for (const [path, largest] of Object.entries(BUNDLES)) {
      const size = sizes.get(path) ?? assert.fail(`${path} is missing`);
      assert.ok(size < largest, `${path} has ${size} bytes`);
      sizes.delete(path);
    }
    for (const [path, size] of sizes) assert.ok(size < LARGEST_FILE, `${path} has ${size} bytes`);
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(total < LARGEST_TOTAL, `${total} bytes`);
  });

  it("passes the checks of a release: exports, types, and what npm expects", () =>
    checkNpm(consumer.tarball));

  it("has a bill of materials: all its dependencies and peers, and nothing that only tests need", async () => {
    const { bomFormat, components, metadata } = JSON.parse(await npmSbom()) as Sbom;
    assert.deepEqual([bomFormat, metadata.component.name], ["CycloneDX", "ha-celery"]);
    const names = new Set(components.map(({ name }) => name));
    assert.deepEqual(
      [...Object.keys(manifest.dependencies), ...PEERS].filter((name) => !names.has(name)),
      [],
    );
    for (const name of ["mocha", "publint", "typescript-eslint"]) assert.ok(!names.has(name), name);
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
