import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type BrokerConnection,
  type CeleryWorkersArgs,
  type HaCeleryArgs,
  CeleryBeat,
  CeleryJob,
  CeleryWorkers,
  HaCelery,
  TaskLedger,
} from "../../../../components";
import { type PackageFile, partsOf, pythonPackage } from "../../../../components/inject/files";
import { startedLike } from "../../../../components/inject/objects";
import { type Registered, cluster, list, refusal, run, the } from "../engine";
import { assertGolden } from "../goldens";

const PYTHON = resolve(__dirname, "../../../../docker/worker/ha_celery");
const BROKER: BrokerConnection = { secretName: "mq", key: "amqp-url" };
const COMMON = { namespace: "jobs", image: "registry/shop@sha256:abc", broker: BROKER, inject: true };
const { parts, hash } = pythonPackage();

const workers = (args: Partial<CeleryWorkersArgs> = {}) =>
  new CeleryWorkers("mail", { ...COMMON, app: "shop", ...args }, cluster());

interface PackageSource {
  name: string;
  items: { key: string; path: string }[];
}

interface PodInputs {
  spec: {
    template: {
      spec: {
        containers: [{ command: string[] }];
        volumes: { name: string; projected?: { sources: { configMap: PackageSource }[] } }[];
      };
    };
  };
}
const podOf = (resource: Registered) => (resource.inputs as unknown as PodInputs).spec.template.spec;
const packageSources = (resource: Registered) =>
  podOf(resource)
    .volumes.find(({ name }) => name === "ha-celery-package")
    ?.projected?.sources.map(({ configMap }) => configMap);
const packageNames = (resource: Registered) => packageSources(resource)?.map(({ name }) => name);
const namesOf = (owner: string) => parts.map((_, index) => `${owner}-${hash}-${index + 1}`);

/** The objects without the files of the package, which change often. */
function withoutFiles(resources: Registered[]): Registered[] {
  const text = JSON.stringify(
    resources.map(({ inputs }) => inputs),
    (key, value: unknown) => {
      if (key === "data") return {};
      return key === "items" ? [] : value;
    },
  );
  const inputs = JSON.parse(text.replaceAll(hash, "HASH")) as Registered["inputs"][];
  return resources.map((each, index) => ({ ...each, inputs: inputs[index] ?? {} }));
}

describe("inject", () => {
  it("takes an image without the package", async () => {
    const { resources } = await run(
      () =>
        new CeleryWorkers(
          "mail",
          { inject: true, image: "their/image@sha256:abc", namespace: "jobs", app: "shop", broker: BROKER },
          cluster(),
        ),
    );
    assert.deepEqual(list(resources), [
      "CeleryWorkers mail",
      ...parts.map((_, index) => `ConfigMap mail-package-${index + 1}`),
      "Deployment mail-workers",
      "PodDisruptionBudget mail-budget",
    ]);
  });

  it("renders the objects of the golden", async () => {
    assertGolden("inject-workers", withoutFiles((await run(() => workers())).resources));
  });

  it("mounts every file of the Python package but the guard of drills, and nothing else", async () => {
    const sources = readdirSync(PYTHON, { recursive: true, encoding: "utf8" })
      .filter((file) => (file.endsWith(".py") && !file.endsWith("guard.py")) || file === "start.sh")
      .map((file) => join("ha_celery", file));
    const { resources } = await run(() => workers());
    const mounted = packageSources(the(resources, "Deployment")) ?? [];
    assert.deepEqual(
      mounted.flatMap(({ items }) => items.map(({ path }) => path)),
      sources.sort(),
    );
    for (const [index, { items }] of mounted.entries()) {
      const { data } = the(resources, "ConfigMap", `mail-package-${index + 1}`).inputs as {
        data: Record<string, string>;
      };
      assert.deepEqual(
        Object.keys(data),
        items.map(({ key }) => key),
      );
      for (const key of Object.keys(data)) assert.match(key, /^[-._a-zA-Z0-9]{1,253}$/);
    }
  });

  it("fits into annotations, in which `kubectl apply` stores a copy of each ConfigMap", () => {
    for (const files of parts) {
      const data = Object.fromEntries(files.map(({ key, text }) => [key, text]));
      const bytes = Buffer.byteLength(JSON.stringify(data));
      const names = files.map(({ path }) => path).join(", ");
      assert.ok(
        bytes < 256 * 1024 - 4096,
        `${bytes} bytes: the limit of all annotations is 256 KiB. Split the largest of ${names}.`,
      );
    }
  });

  it("divides files in their order, as few parts as fit", () => {
    const file = (path: string, bytes: number): PackageFile => ({
      path,
      key: path,
      text: "x".repeat(bytes - JSON.stringify({ [path]: "" }).length),
    });
    const divided = (...sizes: number[]) =>
      partsOf(
        sizes.map((size, index) => file(String(index), size)),
        100,
      ).map((part) => part.map(({ path }) => path).join());
    assert.deepEqual(divided(40, 60), ["0,1"]);
    assert.deepEqual(divided(40, 61, 39), ["0", "1,2"]);
    assert.deepEqual(divided(120, 20, 30), ["0", "1,2"]);
    assert.deepEqual(divided(), []);
  });

  it("starts the user's command with the package, too", async () => {
    const { resources } = await run(() => workers({ command: ["my-worker", "--fast"] }));
    assert.deepEqual(podOf(the(resources, "Deployment")).containers[0].command, [
      "sh",
      "/opt/ha-celery/ha_celery/start.sh",
      "my-worker",
      "--fast",
    ]);
  });

  it("serves beat, Job and ledger", async () => {
    const { resources } = await run(() => {
      const opts = cluster();
      new CeleryBeat("clock", { ...COMMON, app: "shop" }, opts);
      new CeleryJob("nightly", { ...COMMON, command: ["python", "publish.py"] }, opts);
      new TaskLedger("count", { ...COMMON }, opts);
    });
    for (const [kind, name, own] of [
      ["Deployment", "clock-publisher", "clock-package-beat"],
      ["Job", "nightly-run", "nightly-package-job"],
      ["Deployment", "count-server", "count-package-ledger"],
    ] as const) {
      assert.deepEqual(packageNames(the(resources, kind, name)), namesOf(own));
      assert.equal(podOf(the(resources, kind, name)).containers[0].command[0], "sh");
    }
  });

  it("has another name for each kind of component, of which two may have the same name", async () => {
    const { resources } = await run(() => {
      const opts = cluster();
      new CeleryWorkers("mail", { ...COMMON, app: "shop" }, opts);
      new CeleryBeat("mail", { ...COMMON, app: "shop" }, opts);
      new CeleryJob("mail", { ...COMMON, command: ["python", "publish.py"] }, opts);
      new TaskLedger("mail", { ...COMMON }, opts);
    });
    const users = resources.filter(({ type }) => /:(Deployment|Job)$/.test(type));
    const names = users.flatMap((each) => packageNames(each) ?? []);
    assert.equal(new Set(names).size, 4 * parts.length);
  });

  it("of any part serves the ledger, which runs the same image", async () => {
    const ledgerOf = async (args: Partial<HaCeleryArgs>) => {
      const { resources } = await run(
        () =>
          new HaCelery(
            "celery",
            { rabbitmqImage: "mq", workerImage: "shop", app: "shop", ledger: {}, ...args },
            cluster(),
          ),
      );
      return packageNames(the(resources, "Deployment", "celery-ledger-server"));
    };
    const injected = namesOf("celery-ledger-package-ledger");
    assert.deepEqual(
      await ledgerOf({ workers: [{ name: "mail" }, { name: "reports", inject: true }] }),
      injected,
    );
    assert.deepEqual(await ledgerOf({ job: { inject: true } }), injected);
    assert.deepEqual(await ledgerOf({ inject: false, beat: { inject: true } }), injected);
    assert.deepEqual(
      await ledgerOf({ inject: true, workers: [{ name: "mail", inject: false }] }),
      namesOf("celery-package"),
    );
    assert.equal(await ledgerOf({}), undefined);
  });

  it("is shared by all parts of a HaCelery, unless a part has the package in its image", async () => {
    const { resources } = await run(
      () =>
        new HaCelery(
          "celery",
          {
            rabbitmqImage: "mq",
            workerImage: "shop",
            app: "shop",
            inject: true,
            workers: [{ name: "mail" }, { name: "reports", queues: ["reports"], inject: false }],
            job: { command: ["python", "publish.py"] },
            beat: {},
            ledger: {},
          },
          cluster(),
        ),
    );
    const maps = resources.filter(({ type, name }) => type.endsWith(":ConfigMap") && /package/.test(name));
    assert.deepEqual(
      list(maps),
      parts.map((_, index) => `ConfigMap celery-package-${index + 1}`),
    );
    assert.equal(maps[0]?.parent, "ha-celery:index:HaCelery celery");
    const users = resources.filter(({ type }) => /:(Deployment|Job)$/.test(type));
    assert.deepEqual(users.map((each) => [each.name, packageNames(each)]).sort(), [
      ["celery-beat-publisher", namesOf("celery-package")],
      ["celery-ledger-server", namesOf("celery-package")],
      ["celery-mail-workers", namesOf("celery-package")],
      ["celery-reports-workers", undefined],
      ["celery-scheduler-run", namesOf("celery-package")],
    ]);
  });

  it("is not shared with a part in another namespace", async () => {
    const { resources } = await run(() => {
      const opts = cluster();
      const parent = new HaCelery(
        "celery",
        { rabbitmqImage: "mq", workerImage: "shop", app: "shop", inject: true },
        opts,
      );
      new CeleryWorkers("mail", { ...COMMON, app: "shop" }, { ...opts, parent });
    });
    assert.deepEqual(
      packageNames(the(resources, "Deployment", "mail-workers")),
      namesOf("mail-package-worker"),
    );
  });

  it("refuses another loader, also for the parts of a HaCelery", async () => {
    const problem =
      "env has CELERY_LOADER, which inject sets to ha_celery.loader:Loader. Remove it, or omit inject and call ha_celery.configure(app).";
    const env = { CELERY_LOADER: "shop.loader:Loader" };
    assert.equal(await refusal(() => workers({ env })), `CeleryWorkers "mail": ${problem}`);
    assert.equal(await refusal(() => workers({ env, inject: false })), "");
    assert.equal(await refusal(() => workers({ env: { CELERY_LOADER: "ha_celery.loader:Loader" } })), "");
    const celery = (inject: boolean) =>
      new HaCelery(
        "celery",
        { rabbitmqImage: "mq", workerImage: "shop", app: "shop", inject, beat: { env }, ledger: {} },
        cluster(),
      );
    assert.equal(await refusal(() => celery(true)), `HaCelery "celery": beat.${problem}`);
    assert.equal(await refusal(() => celery(false)), "");
  });

  it("keeps its folder free of the user's mounts", async () => {
    const pod = {
      volumes: [{ name: "lib", emptyDir: {} }],
      volumeMounts: [{ name: "lib", mountPath: "/opt/ha-celery/lib" }],
    };
    assert.match(await refusal(() => workers({ pod })), /but the component mounts \/opt\/ha-celery/);
  });

  it("lets a drill start its own commands like the pool's", () => {
    const pool = ["sh", "/opt/ha-celery/ha_celery/start.sh", "celery", "worker"];
    assert.deepEqual(startedLike(pool, ["python"]), [...pool.slice(0, 2), "python"]);
    assert.deepEqual(startedLike(["celery", "worker"], ["python"]), ["python"]);
    assert.deepEqual(startedLike(undefined, ["python"]), ["python"]);
  });
});
