import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { list, run, the } from "../unit/components/engine";
import { librarySchema } from "../unit/components/schema";
import { fieldProblems, GO, objectsIn, PYTHON } from "./languages";
import { resourceProblems } from "./schemaProblems";

const REPOSITORY = resolve(__dirname, "../..");
const EXAMPLES = join(REPOSITORY, "examples");

interface YamlProgram {
  packages: Record<string, string>;
  resources: Record<string, { type: string; properties: Record<string, unknown> }>;
  outputs: Record<string, string>;
}

describe("examples/yaml", () => {
  const program = parse(readFileSync(join(EXAMPLES, "yaml/Pulumi.yaml"), "utf8")) as YamlProgram;
  const ours = Object.entries(program.resources).filter(([, { type }]) => type.startsWith("ha-celery:"));

  it("uses components according to the schema", function () {
    this.timeout(180_000);
    assert.equal(ours.length, 1);
    for (const [, { type, properties }] of ours)
      assert.deepEqual(resourceProblems(librarySchema(), type, properties), []);
  });

  it("exports outputs of the components", function () {
    this.timeout(180_000);
    for (const [name, { type }] of ours) {
      const { properties = {} } = librarySchema().resources[type.replace(":", ":index:")] ?? {};
      for (const value of Object.values(program.outputs)) {
        const [, resource, output = ""] = /^\$\{(\w+)\.(\w+)\}$/.exec(value) ?? [];
        if (resource === name) assert.ok(output in properties, value);
        else assert.fail(`${value} is not an output of a component`);
      }
    }
  });

  it("uses the components of this repository", () => {
    assert.equal(
      resolve(EXAMPLES, "yaml", program.packages["ha-celery"] ?? ""),
      join(REPOSITORY, "components"),
    );
  });

  const wrong: [string, object, string][] = [
    ["a name that does not exist", { replica: 3 }, "ha-celery:HaCelery.broker.replica does not exist"],
    ["a wrong type", { replicas: "three" }, "ha-celery:HaCelery.broker.replicas is not a number"],
    [
      "an unknown choice",
      { spread: "never" },
      "ha-celery:HaCelery.broker.spread is none of required, preferred",
    ],
    ["not a list", { plugins: "rabbitmq_shovel" }, "ha-celery:HaCelery.broker.plugins is not an array"],
  ];
  for (const [what, broker, problem] of wrong) {
    it(`a mistake would fail the test: ${what}`, function () {
      this.timeout(180_000);
      const properties = { rabbitmqImage: "a", workerImage: "b", app: "c", broker };
      assert.deepEqual(resourceProblems(librarySchema(), "ha-celery:HaCelery", properties), [problem]);
    });
  }

  it("a mistake would fail the test: a missing argument", function () {
    this.timeout(180_000);
    assert.deepEqual(
      resourceProblems(librarySchema(), "ha-celery:HaCelery", { app: "a", rabbitmqImage: "b" }),
      ["ha-celery:HaCelery.workerImage is missing"],
    );
  });
});

describe("examples/pulumi-python and examples/pulumi-go", () => {
  const read = (path: string) => readFileSync(join(EXAMPLES, path), "utf8");
  const programs = [
    ["pulumi-python", "__main__.py", PYTHON, /pulumi\.export\("(\w+)"/g],
    ["pulumi-go", "main.go", GO, /ctx\.Export\("(\w+)"/g],
  ] as const;

  for (const [example, file, language, exported] of programs) {
    it(`${example} uses components according to the schema`, function () {
      this.timeout(180_000);
      const program = read(`${example}/${file}`);
      const types = objectsIn(program, language).map(({ type }) => type.replace(/Args$/, ""));
      assert.deepEqual([...new Set(types)].sort(), [
        "BrokerOptions",
        "BrokerStorage",
        "Compute",
        "HaCelery",
        "WorkerPoolOptions",
      ]);
      assert.deepEqual(fieldProblems(librarySchema(), program, language), []);
      const wrong = program.replace(/memory(?=[=:])/i, "ram");
      assert.match(
        fieldProblems(librarySchema(), wrong, language).join(),
        /^ComputeArgs\.ram does not exist$/,
      );
    });

    it(`${example} uses the components of this repository, and has the outputs of examples/yaml`, () => {
      const { packages } = parse(read(`${example}/Pulumi.yaml`)) as YamlProgram;
      assert.equal(resolve(EXAMPLES, example, packages["ha-celery"] ?? ""), join(REPOSITORY, "components"));
      const outputs = [...read(`${example}/${file}`).matchAll(exported)].map(([, name]) => name);
      assert.deepEqual(outputs, Object.keys((parse(read("yaml/Pulumi.yaml")) as YamlProgram).outputs));
    });
  }
});

describe("examples/typescript", () => {
  it("passes its own test, with Pulumi's own mocks", function () {
    this.timeout(180_000);
    const mocha = join(REPOSITORY, "node_modules/.bin/mocha");
    execFileSync(mocha, [join(EXAMPLES, "typescript/index.test.ts")], { cwd: REPOSITORY, stdio: "pipe" });
  });

  it("changes only one annotation and one Service with its transforms", async () => {
    const { overrides } = await import("../../examples/typescript/overrides.js");
    const change = async (type: string, name: string, props: object) => {
      const args = { custom: true, type, name, props: { ...props }, opts: {} };
      const changed = await overrides(args as pulumi.ResourceTransformArgs);
      return changed && new Promise((resolve) => pulumi.output(changed.props).apply(resolve));
    };
    assert.deepEqual(
      await change("kubernetes:apps/v1:StatefulSet", "orders-broker-set", {
        metadata: { name: "a", annotations: { kept: "1" } },
        spec: { replicas: 3 },
      }),
      {
        metadata: { name: "a", annotations: { kept: "1", "example.com/owner": "orders" } },
        spec: { replicas: 3 },
      },
    );
    assert.deepEqual(
      await change("kubernetes:core/v1:Service", "orders-broker-client", { spec: { type: "ClusterIP" } }),
      {
        spec: { type: "ClusterIP", trafficDistribution: "PreferClose" },
      },
    );
    assert.equal(await change("kubernetes:core/v1:Service", "orders-broker-nodes", { spec: {} }), undefined);
    assert.equal(await change("kubernetes:apps/v1:Deployment", "orders-mail", { spec: {} }), undefined);
  });
});

describe("examples/python", () => {
  const textOf = (path: string) => readFileSync(join(EXAMPLES, "python", path), "utf8");

  it("injects the package into one of three images; all have the same broker", async () => {
    const before = process.cwd();
    // The paths of the images are relative to the program.
    process.chdir(join(EXAMPLES, "python"));
    try {
      const { resources } = await run(() => {
        pulumi.runtime.setAllConfig({
          "project:kubeContext": "test",
          "project:imageRepository": "registry.example.com/roads",
          "project:rabbitmqImage": "rabbitmq",
        });
        createRequire(__filename)("../../examples/python/index.ts");
      });
      const pools = resources.filter(({ type }) => type === "ha-celery:index:CeleryWorkers");
      assert.deepEqual(list(pools), ["CeleryWorkers code", "CeleryWorkers inject", "CeleryWorkers install"]);
      const packages = list(resources.filter(({ name }) => name.includes("-package")));
      // Each package has several ConfigMaps.
      const owners = new Set(packages.map((name) => name.replace(/-\d+$/, "")));
      assert.deepEqual([...owners], ["ConfigMap inject-package", "ConfigMap inject-publish-package"]);
    } finally {
      process.chdir(before);
    }
  });

  it("changes the code of the app in one line, and only on the last road", () => {
    assert.doesNotMatch(textOf("inject/Dockerfile"), /^(?!#).*(ha.celery|wheels)/im);
    assert.equal(textOf("install/shop.py"), textOf("inject/shop.py"));
    const added = ["from ha_celery import configure\n", "configure(app)\n"];
    const plain = added.reduce((text, line) => text.replace(line, ""), textOf("code/shop.py"));
    assert.equal(plain, textOf("inject/shop.py"));
  });
});

describe("examples/gke-bucket", () => {
  it("lets workers, and nothing else, read a bucket", async () => {
    const before = process.cwd();
    process.chdir(join(EXAMPLES, "gke-bucket"));
    try {
      const { resources } = await run(() => {
        pulumi.runtime.setAllConfig({ "project:project": "my-shop", "project:region": "us-east1" });
        createRequire(__filename)("../../examples/gke-bucket/index.ts");
      });
      const account = the(resources, "Account", "reports-pods").inputs as { accountId: string };
      const { member, role } = the(resources, "BucketIAMMember").inputs;
      assert.equal(member, `serviceAccount:${account.accountId}@my-shop.iam.gserviceaccount.com`);
      assert.equal(role, "roles/storage.objectViewer");
      const { spec } = the(resources, "Deployment").inputs as {
        spec: { template: { spec: { serviceAccountName: string } } };
      };
      assert.equal(spec.template.spec.serviceAccountName, "reports");
    } finally {
      process.chdir(before);
    }
  });
});

describe("examples/gke", () => {
  it("creates a cluster, a registry, images and Celery on spot machines", async () => {
    const before = process.cwd();
    // The paths of the images are relative to the program.
    process.chdir(join(EXAMPLES, "gke"));
    try {
      const { resources } = await run(() => {
        pulumi.runtime.setAllConfig({ "project:project": "my-shop", "project:region": "us-east1" });
        createRequire(__filename)("../../examples/gke/index.ts");
      });
      const components = resources.filter(({ type }) => type.startsWith("ha-celery:"));
      assert.deepEqual(list(components), [
        "CeleryClient counter-client",
        "CeleryWorkers counter-default",
        "ContainerImage rabbitmq",
        "ContainerImage worker",
        "ContainerRegistry counter",
        "GkeCluster counter",
        "HaCelery counter",
        "RabbitMqCluster counter-broker",
        "StorageClasses counter",
      ]);
      for (const name of ["rabbitmq", "worker"]) {
        const { build } = the(resources, "Image", `${name}-image`).inputs as { build: { args: object } };
        // The Dockerfiles have no default.
        assert.match(JSON.stringify(build.args), /"BASE_IMAGE":".+@sha256:/);
      }
      const { spec } = the(resources, "StatefulSet").inputs as {
        spec: { volumeClaimTemplates: { spec: { storageClassName: string } }[] };
      };
      assert.equal(
        spec.volumeClaimTemplates[0]?.spec.storageClassName,
        (the(resources, "StorageClass", "counter-ssd").inputs.metadata as { name: string }).name,
      );
    } finally {
      process.chdir(before);
    }
  });
});

describe("examples/django", () => {
  it("migrates the database before brokers, workers, and beat are created", async () => {
    const before = process.cwd();
    process.chdir(join(EXAMPLES, "django/deploy"));
    try {
      const { resources } = await run(() => {
        pulumi.runtime.setAllConfig({
          "project:kubeContext": "test",
          "project:imageRepository": "registry.example.com/shop",
          "project:pythonImage": "python:3.13-slim",
          "project:rabbitmqImage": "rabbitmq:4.3-management",
          "project:postgresImage": "postgres:17",
        });
        createRequire(__filename)("../../examples/django/deploy/index.ts");
      });
      const names = list(resources.filter(({ type }) => type.startsWith("ha-celery:")));
      assert.deepEqual(names, [
        "CeleryBeat shop-beat",
        "CeleryClient shop-client",
        "CeleryWorkers shop-mail",
        "CeleryWorkers shop-reports",
        "ContainerImage shop",
        "HaCelery shop",
        "RabbitMqCluster shop-broker",
      ]);
      const at = (type: string, name: string) => resources.indexOf(the(resources, type, name));
      assert.ok(at("StatefulSet", "postgres") < at("Job", "migrate"));
      assert.ok(at("Job", "migrate") < at("StatefulSet", "shop-broker-set"));
      const beat = the(resources, "Deployment", "shop-beat-publisher").inputs.spec as PodOwner;
      const web = the(resources, "Deployment", "web").inputs.spec as PodOwner;
      for (const { template } of [beat, web]) {
        const names = template.spec.containers[0]?.env.map(({ name }) => name) ?? [];
        for (const name of ["PGHOST", "PGUSER", "PGPASSWORD", "DJANGO_SECRET_KEY"])
          assert.ok(names.includes(name), name);
      }
    } finally {
      process.chdir(before);
    }
  });
});

interface PodOwner {
  template: { spec: { containers: { env: { name: string }[] }[] } };
}
