import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings, parseSettings } from "../../../../program/settings/load";
import { configurationOf, stacks } from "../../../../render/stackConfig";
import { exampleOf } from "../../render/examples";
import { assertFixable } from "./fixes";
import { EXISTING, GKE, KEYS, parsed, refusal } from "../settings";

const settingsOf = (values: Record<string, unknown>) => parsed(values).settings;
const fix = (words: string) => ` Fix: pulumi config set --stack dev ${words}`;
const pool = (fields: object) => ({ ...EXISTING, workerPools: [{ name: "mail", ...fields }] });

describe("Pulumi.yaml", () => {
  it("describes and types every key, and gives it a default", () => {
    for (const [key, { type, description, default: value }] of Object.entries(KEYS)) {
      assert.ok(description.length > 20, key);
      assert.ok(["string", "integer", "boolean", "array", "object"].includes(type), key);
      assert.notEqual(value, undefined, `${key} would be required without a default`);
    }
  });

  it("has the keys that the program reads, and no others", () => {
    const { settings, warnings } = parsed(EXISTING);
    assert.deepEqual(warnings, []);
    assert.deepEqual(Object.keys(settings).sort(), [...Object.keys(KEYS), "project"].sort());
  });
});

describe("configuration", () => {
  it("accepts the defaults once the cluster and the registry are named", () => {
    const settings = settingsOf(EXISTING);
    assert.equal(settings.brokerReplicas, 3);
    assert.equal(settings.deletionProtection, true);
    assert.deepEqual(settings.workerPools, [{ name: "default" }]);
  });

  it("turns text into what it stands for", () => {
    const { nodes, spot, clusterLabels, workerPools, project } = settingsOf({
      ...GKE,
      nodes: 6,
      spot: true,
      clusterLabels: { team: "orders" },
      workerPools: [{ name: "mail", queues: ["mail"], autoscale: { maxReplicas: 4 } }],
    });
    assert.deepEqual(
      { nodes, spot, clusterLabels, project },
      {
        nodes: 6,
        spot: true,
        clusterLabels: { team: "orders" },
        project: "some-project",
      },
    );
    assert.deepEqual(workerPools, [{ name: "mail", queues: ["mail"], autoscale: { maxReplicas: 4 } }]);
  });

  for (const stack of stacks()) {
    it(`accepts Pulumi.${stack}.yaml without a warning`, () => {
      const config = configurationOf(stack, exampleOf(stack));
      const { warnings } = parseSettings({ config, project: "ha-celery", stack });
      assert.deepEqual(warnings, []);
    });
  }

  it("reports all problems at once, those between keys too", () => {
    const problems = {
      ...GKE,
      "gcp:project": "",
      brokerReplicas: 5,
      deletionProtection: "perhaps",
      brokerStorage: "20 GB",
      workerPools: [{ name: "mail", queue: ["mail"] }],
    };
    assert.equal(
      refusal(problems, "prod"),
      [
        'Stack "prod" has 5 configuration problems:',
        '  - ha-celery:brokerStorage is "20 GB": not a Kubernetes quantity such as 500m, 2 or 20Gi. Fix: pulumi config set --stack prod brokerStorage 10Gi',
        '  - ha-celery:deletionProtection is "perhaps": not true or false. Fix: pulumi config set --stack prod deletionProtection true',
        "  - ha-celery:workerPools[0].queue is not a known field (did you mean queues?). Fix: pulumi config rm --stack prod --path 'workerPools[0].queue'",
        "  - gcp:project is not set: the cluster and the images need a Google Cloud project. Fix: pulumi config set --stack prod gcp:project PROJECT",
        "  - ha-celery:nodes is 3: 5 broker nodes need a Kubernetes node each. Fix: pulumi config set --stack prod nodes 6",
      ].join("\n"),
    );
  });

  it("says a single problem in the singular", () => {
    assert.match(
      refusal({ ...EXISTING, vhost: "" }),
      /^Stack "dev" has a configuration problem:\n {2}- ha-celery:vhost/,
    );
  });

  it("fails as a mistake of the user's, not of the program's", () => {
    assert.throws(
      () => parsed({}),
      (error) => pulumi.RunError.isInstance(error),
    );
  });

  it("warns of keys that it does not know, and names the nearest", () => {
    const { warnings } = parsed({ ...EXISTING, brokerReplica: 3, colour: "red", "other:thing": 1 });
    assert.deepEqual(warnings, [
      "ha-celery:brokerReplica is not a setting of this program and has no effect (did you mean brokerReplicas?). Fix: pulumi config rm --stack dev brokerReplica",
      "ha-celery:colour is not a setting of this program and has no effect. Fix: pulumi config rm --stack dev colour",
    ]);
  });

  it("lists unknown keys among the problems when there are others", () => {
    assert.match(
      refusal({ ...EXISTING, vhots: "shop", vhost: "" }),
      /2 configuration problems:[^]*vhots is not a setting .*did you mean vhost/,
    );
  });

  it("refuses encrypted values, which would be in plain text elsewhere, and does not show them", () => {
    const env = { API_KEY: "hunter2", "not-a-name": "hunter3" };
    const message = refusal(pool({ env, replicas: "hunter4" }), "dev", ["ha-celery:workerPools"]);
    assert.match(message, /workerPools is encrypted, but the state, .* envFromSecrets/);
    assert.doesNotMatch(message, /hunter/);
    assert.doesNotMatch(refusal({ ...EXISTING, vhost: "" }, "dev", ["gcp:credentials"]), /encrypted/);
  });

  it("knows from Pulumi which values are encrypted", async () => {
    const before = pulumi.runtime.allConfig();
    const values = { ...EXISTING, workerPools: JSON.stringify([{ name: "mail", env: { KEY: "hunter2" } }]) };
    const config = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`ha-celery:${key}`, value]),
    );
    await pulumi.runtime.setMocks(
      { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
      "ha-celery",
      "dev",
    );
    try {
      pulumi.runtime.setAllConfig(config, ["ha-celery:workerPools"]);
      assert.throws(() => loadSettings(), /ha-celery:workerPools is encrypted/);
    } finally {
      pulumi.runtime.setAllConfig(before);
    }
  });

  it("shortens what is long", () => {
    const message = refusal({ ...EXISTING, target: "x".repeat(200) });
    assert.match(message, /target is x{57}\.\.\.: allowed/);
  });

  it("is told in less than five seconds of computing, from a plain start", function () {
    this.timeout(120_000);
    const program = `process.on("exit", () => console.log(process.cpuUsage().user)); require("./index.ts")`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import=tsx", "-e", program], {
      encoding: "utf8",
    });
    assert.notEqual(status, 0);
    assert.match(stderr, /Stack "stack" has \d+ configuration problems:/);
    assert.ok(Number(stdout) < 5_000_000, `${stdout} microseconds`);
  });
});

describe("types of the keys", () => {
  const table: [string, Record<string, unknown>, string][] = [
    [
      "a target that there is none of",
      { target: "moon" },
      `target is "moon": allowed are gke, existing, local.${fix("target existing")}`,
    ],
    [
      "text for a number",
      { brokerReplicas: "many" },
      `brokerReplicas is "many": not a number.${fix("brokerReplicas 3")}`,
    ],
    [
      "a number that is not whole",
      { scheduleTasks: "1.5" },
      `scheduleTasks is "1.5": not a whole number.${fix("scheduleTasks 10000")}`,
    ],
    [
      "a negative number",
      { passwordRevision: -1 },
      `passwordRevision is "-1": it is negative.${fix("passwordRevision 0")}`,
    ],
    [
      "a number that is too small",
      { keepImages: 0 },
      `keepImages is 0: the least is 1.${fix("keepImages 10")}`,
    ],
    ["text for a truth", { ledger: "yes" }, `ledger is "yes": not true or false.${fix("ledger false")}`],
    [
      "an empty text",
      { workerContext: "" },
      `workerContext is "": it is empty.${fix("workerContext docker/worker")}`,
    ],
    [
      "a time that is none",
      { readyTimeout: "soon" },
      `readyTimeout is "soon": not a duration such as 90s, 10m or 1h.${fix("readyTimeout 20m")}`,
    ],
    [
      "broken JSON",
      { brokerConfig: "{" },
      `brokerConfig is "{": not valid JSON.${fix("--path brokerConfig.KEY VALUE")}`,
    ],
    [
      "a number where RabbitMQ reads text",
      { brokerConfig: { "log.console.level": 3 } },
      `brokerConfig["log.console.level"] is 3: every value must be text; put it in quotes.${fix(`--type string --path 'brokerConfig["log.console.level"]' 3`)}`,
    ],
    [
      "a day that is none",
      { maintenanceDays: ["SU", "Fri"] },
      `maintenanceDays[1] is "Fri": allowed are MO, TU, WE, TH, FR, SA, SU.${fix("--path 'maintenanceDays[1]' SU")}`,
    ],
    [
      "no pool",
      { workerPools: [] },
      `workerPools is "[]": no worker would run the tasks.${fix("--path 'workerPools[0].name' default")}`,
    ],
    [
      "a pool without a name",
      pool({ name: undefined }),
      `workerPools[0].name is not set.${fix("--path 'workerPools[0].name' default")}`,
    ],
    [
      "a pool without queues",
      pool({ queues: [] }),
      `workerPools[0].queues is []: it is empty.${fix("--path 'workerPools[0].queues[0]' tasks")}`,
    ],
    [
      "a queue twice",
      pool({ queues: ["a", "a"] }),
      `workerPools[0].queues is ["a","a"]: it lists a queue twice.${fix("--path 'workerPools[0].queues[0]' tasks")}`,
    ],
    [
      "a number as environment",
      pool({ env: { SIZE: 10 } }),
      `workerPools[0].env.SIZE is 10: every value must be text; put it in quotes.${fix("--type string --path 'workerPools[0].env.SIZE' 10")}`,
    ],
    [
      "half a process",
      pool({ concurrency: 1.5 }),
      `workerPools[0].concurrency is 1.5: not a whole number.${fix("--path 'workerPools[0].concurrency' 2")}`,
    ],
    [
      "autoscale without an end",
      pool({ autoscale: { minReplicas: 2 } }),
      `workerPools[0].autoscale.maxReplicas is not set.${fix("--path 'workerPools[0].autoscale.maxReplicas' 10")}`,
    ],
    [
      "half a Secret key",
      pool({ envFromSecrets: { TOKEN: { secretName: "shop" } } }),
      `workerPools[0].envFromSecrets.TOKEN.key is not set.${fix("--path 'workerPools[0].envFromSecrets.TOKEN.key' KEY")}`,
    ],
    [
      "text for a truth in a pool",
      pool({ spot: "yes" }),
      `workerPools[0].spot is "yes": not true or false.${fix("--path 'workerPools[0].spot' false")}`,
    ],
    [
      "a misspelt field of a toleration",
      { brokerTolerations: [{ ky: "gpu" }] },
      "brokerTolerations[0].ky is not a known field (did you mean key?). Fix: pulumi config rm --stack dev --path 'brokerTolerations[0].ky'",
    ],
  ];
  for (const [what, values, text] of table)
    it(`refuses ${what}, and tells what mends it`, () => {
      const all = { ...EXISTING, ...values };
      assert.equal(refusal(all), `Stack "dev" has a configuration problem:\n  - ha-celery:${text}`);
      assertFixable(all);
    });
});

describe("what components say of single keys", () => {
  const table: [string, Record<string, unknown>, RegExp][] = [
    [
      "an even number of broker nodes",
      { ...EXISTING, brokerReplicas: 2 },
      /brokerReplicas: replicas is 2\. .*set --stack dev brokerReplicas 3/,
    ],
    [
      "a line that RabbitMQ ignores",
      { ...EXISTING, brokerConfig: { queue_master_locator: "x" } },
      /brokerConfig\.queue_master_locator: config has .*rm --stack dev --path brokerConfig\.queue_master_locator/,
    ],
    [
      "a plugin's name",
      { ...EXISTING, brokerPlugins: ["rabbitmq_shovel", "X!"] },
      /brokerPlugins\[1\]: plugins has "X!".*--path 'brokerPlugins\[1\]' rabbitmq_shovel/,
    ],
    ["an empty vhost", { ...EXISTING, vhost: "" }, /vhost: vhost is ""\. .*vhost celery/],
    [
      "a user's name",
      { ...EXISTING, brokerUser: "a b" },
      /brokerUser: username is "a b"\. .*brokerUser celery/,
    ],
    [
      "a namespace's name",
      { ...EXISTING, namespace: "My_Space" },
      /namespace: it is "My_Space", .*namespace celery/,
    ],
    [
      "an existing namespace's name",
      { ...EXISTING, existingNamespace: "My_Space" },
      /existingNamespace: it is "My_Space"/,
    ],
    [
      "a client namespace's name",
      { ...EXISTING, clientNamespaces: ["shop", "A"] },
      /clientNamespaces\[1\]: it is "A"/,
    ],
    [
      "too little volume for the memory",
      { ...EXISTING, brokerMemory: "32Gi" },
      /brokerStorage: storage\.size is "10Gi", but .*brokerStorage 39Gi/,
    ],
    [
      "too little memory",
      { ...EXISTING, brokerMemory: "100Mi" },
      /brokerMemory: compute\.memory is "100Mi", but .*brokerMemory 2Gi/,
    ],
    ["an app", { ...EXISTING, workerApp: "a-b" }, /workerApp: app is "a-b", .*workerApp counter\.tasks/],
    [
      "too many tasks",
      { ...EXISTING, scheduleTasks: "1000001" },
      /scheduleTasks: tasks is 1000001, .*scheduleTasks 10000/,
    ],
    [
      "a run's name",
      { ...EXISTING, scheduleRun: "a run" },
      /scheduleRun: run is "a run", .*scheduleRun run-1/,
    ],
    [
      "the Job's own variables",
      { ...EXISTING, scheduleEnv: { SCHEDULE_TASKS: "1" } },
      /scheduleEnv\.SCHEDULE_TASKS: env has .*rm --stack dev --path scheduleEnv\.SCHEDULE_TASKS/,
    ],
    ["a pool's name", pool({ name: "Mail" }), /workerPools\[0\]\.name: it is "Mail", .*at most 33/],
    [
      "a queue's name",
      pool({ queues: ["mail", "e mail"] }),
      /workerPools\[0\]\.queues\[1\]: it has "e mail"/,
    ],
    [
      "a pool's own variables",
      pool({ env: { HA_CELERY_BROKER_URL: "x" } }),
      /workerPools\[0\]\.env\.HA_CELERY_BROKER_URL: .*rm --stack dev --path 'workerPools\[0\]\.env\.HA_CELERY_BROKER_URL'/,
    ],
    [
      "more prefetch than there can be",
      pool({ prefetch: 5000 }),
      /workerPools\[0\]\.prefetch: prefetch is 5000/,
    ],
    [
      "a range upside down",
      pool({ autoscale: { minReplicas: 5, maxReplicas: 2 } }),
      /workerPools\[0\]\.autoscale: autoscale\.maxReplicas is 2, but minReplicas is 5/,
    ],
    [
      "a place that is none",
      { ...GKE, location: "mars" },
      /location: location is "mars", .*location us-east1/,
    ],
    [
      "a project that is none",
      { ...GKE, "gcp:project": "Mine" },
      /- gcp:project: project is "Mine", .*set --stack dev gcp:project PROJECT/,
    ],
    ["a machine that is none", { ...GKE, machineType: "big" }, /machineType: machineType is "big"/],
    ["a disk too small", { ...GKE, diskGb: 5 }, /diskGb: diskGb is 5/],
    [
      "a network that is none",
      { ...GKE, authorizedNetworks: [{ cidr: "10.0.0.0/8" }, { cidr: "office" }] },
      /authorizedNetworks\[1\]\.cidr: cidr is "office"/,
    ],
    [
      "a label that is none",
      { ...GKE, clusterLabels: { Team: "x" } },
      /clusterLabels\.Team: labels has "Team"/,
    ],
  ];
  for (const [what, values, text] of table)
    it(`refuses ${what}, and tells what mends it`, () => {
      const message = refusal(values);
      assert.match(message, /has a configuration problem/);
      assert.match(message, text);
      assertFixable(values);
    });
});
