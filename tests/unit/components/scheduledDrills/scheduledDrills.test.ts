import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DrillScene, HaCelery, ScheduledDrills, type ScheduledDrillsArgs } from "../../../../components";
import { LIMIT_OPTIONS } from "../../../../components/scheduledDrills/command";
import { clusterRules, namespaceRules, type Rule } from "../../../../components/scheduledDrills/rights";
import { CORDONS, DESTRUCTIVE, WITHOUT_AGENTS } from "../../../../components/scheduledDrills/scenes";
import { INSTALLATION_SELECTOR } from "../../../../operate/cluster/objects";
import { DRILL_LABEL } from "../../../../operate/drill/load/names";
import { addDrillOptions } from "../../../../operate/cli/drillOptions";
import { SCENES } from "../../../../operate/drill/scenes";
import { LIMITS } from "../../../../operate/drill/verdict/limits";
import { Command } from "commander";
import { cluster, list, refusal, run, the } from "../engine";
import { assertGolden } from "../goldens";

const OPERATE = join(__dirname, "../../../../operate");

const ARGS: ScheduledDrillsArgs = {
  namespace: "jobs",
  broker: "mq",
  image: "registry/drills@sha256:abc",
  scenes: ["pod-delete"],
  schedule: "0 3 * * 1",
};

const drills = (args: Partial<ScheduledDrillsArgs> = {}) =>
  new ScheduledDrills("weekly", { ...ARGS, ...args }, cluster());

describe("ScheduledDrills", () => {
  it("renders the objects of the golden", async () => {
    assertGolden("scheduledDrills", (await run(() => drills())).resources);
  });

  it("renders the objects of the golden, with all options and agents", async () => {
    const { resources } = await run(() =>
      drills({
        scenes: ["drain", "broker-kill", "volume-loss"],
        timeZone: "Europe/Berlin",
        blackouts: ["MO-FR 08:00-18:00", "2026-12-18..2027-01-07"],
        limits: { publishGapSeconds: 5, duplicated: 0 },
        allowProtected: true,
        options: ["--load", "canvas"],
        webhook: { secretName: "chat", key: "url" },
        suspend: true,
        deadlineMinutes: 90,
        compute: { memory: "384Mi" },
        nodeSelector: { pool: "tools" },
      }),
    );
    assertGolden("scheduledDrills-custom", resources);
  });

  it("reports every problem at once", async () => {
    const problems = await refusal(() =>
      drills({
        scenes: ["node-off" as "drain"],
        schedule: "weekly",
        timeZone: "Berlin",
        blackouts: ["weekends"],
        limits: { publishGapSeconds: -1, duplicated: 0.5 },
        options: ["--rate", "--context=prod"],
        deadlineMinutes: 1,
        broker: "A",
      }),
    );
    for (const name of [
      "scenes[0]",
      "schedule",
      "timeZone",
      "blackouts[0]",
      "limits.publishGapSeconds",
      "limits.duplicated",
      "options[1]",
      "deadlineMinutes",
      "broker",
    ])
      assert.ok(problems.includes(`- ${name} is`), `${name}: ${problems}`);
    assert.ok(!problems.includes("options[0]"), problems);
  });

  it("has scenes", async () => {
    assert.match(await refusal(() => drills({ scenes: [] })), /scenes is empty, so there would be no drill/);
  });

  it("leaves room for the names of its Jobs, at most 63 characters", async () => {
    const name = "a".repeat(38);
    const { resources } = await run(() => new ScheduledDrills(name, ARGS, cluster()));
    const pulumiSuffix = 9;
    const cronJobSuffix = 11;
    assert.ok(the(resources, "CronJob").name.length + pulumiSuffix + cronJobSuffix <= 63);
    assert.match(
      await refusal(() => new ScheduledDrills(`${name}a`, ARGS, cluster())),
      /at most 38 characters/,
    );
  });

  it("has pods that are none of the installation, because a drain would evict them", async () => {
    const { resources } = await run(() => drills());
    const { jobTemplate } = the(resources, "CronJob").inputs.spec as {
      jobTemplate: { spec: { template: { metadata: { labels: Record<string, string> } } } };
    };
    const [label = "", value] = INSTALLATION_SELECTOR.split("=");
    const { labels } = jobTemplate.spec.template.metadata;
    assert.notEqual(labels[label], value);
    assert.equal(labels[DRILL_LABEL], undefined, "a drill would remove it as a leftover");
  });

  it("runs a command line that the command understands", async () => {
    const { resources } = await run(() =>
      drills({
        blackouts: ["MO-FR 08:00-18:00"],
        limits: { publishGapSeconds: 5, consumeGapSeconds: 6, workerBackSeconds: 7, redeliverySeconds: 8 },
        allowProtected: true,
      }),
    );
    const spec = the(resources, "CronJob").inputs.spec as {
      jobTemplate: { spec: { template: { spec: { containers: [{ command: string[] }] } } } };
    };
    const [program, drill, ...words] = spec.jobTemplate.spec.template.spec.containers[0].command;
    assert.deepEqual([program, drill], ["ha-celery", "drill"]);
    const parsed = new Command().argument("[scenes...]").exitOverride();
    addDrillOptions(parsed.option("--namespace <name>").option("--name <name>"));
    parsed.parse(words, { from: "user" });
    const { yes, record, namespace, name, blackout, publishGap, redelivery, allowProtected } = parsed.opts();
    assert.deepEqual(parsed.args, ["pod-delete"]);
    assert.deepEqual(
      { yes, record, namespace, name, windows: blackout.length, publishGap, redelivery, allowProtected },
      {
        yes: true,
        record: true,
        namespace: "jobs",
        name: "mq",
        windows: 1,
        publishGap: 5,
        redelivery: 8,
        allowProtected: true,
      },
    );
  });
});

describe("the drills of a HaCelery", () => {
  const celery = (scenes: DrillScene[], more: object = {}, deletionProtection?: boolean) =>
    new HaCelery(
      "celery",
      {
        rabbitmqImage: "registry/rabbitmq@sha256:abc",
        workerImage: "registry/worker@sha256:def",
        app: "mail.tasks",
        broker: { deletionProtection },
        scheduledDrills: { image: "registry/drills@sha256:abc", scenes, schedule: "0 3 * * 1", ...more },
      },
      cluster(),
    );

  it("are those of its broker", async () => {
    const { resources } = await run(() => celery(["pod-delete"]));
    const names = list(resources);
    for (const name of ["ScheduledDrills celery-drills", "CronJob celery-drills-run"])
      assert.ok(names.includes(name), names.join());
    assert.match(JSON.stringify(the(resources, "CronJob").inputs), /"--name","celery-broker"/);
  });

  it("that could lose data are refused while the broker is protected, unless they are allowed", async () => {
    assert.match(
      await refusal(() => celery(["all-brokers"])),
      /scheduledDrills\.scenes has "all-brokers".*set scheduledDrills\.allowProtected/,
    );
    await run(() => celery(["all-brokers"], { allowProtected: true }));
    await run(() => celery(["all-brokers"], {}, false));
  });
});

describe("what the component knows of the command", () => {
  const names = (which: (scene: (typeof SCENES)[number]) => boolean | undefined) =>
    SCENES.filter((scene) => !scene.needsPower && !scene.needsControlPlane && which(scene)).map(
      ({ name }) => name,
    );

  it("are all scenes that a pod can run", () => {
    assert.deepEqual([...Object.values(DrillScene)].sort(), names(() => true).sort());
  });

  it("are the scenes that could lose data, and those with agents", () => {
    assert.deepEqual([...DESTRUCTIVE].sort(), names(({ destructive }) => destructive).sort());
    assert.deepEqual([...WITHOUT_AGENTS].sort(), names(({ needsAgents }) => !needsAgents).sort());
  });

  it("are the options of its limits", () => {
    const known = Object.fromEntries(LIMITS.map(({ key, option }) => [key, `--${option}`]));
    const { deadLettered, ...limits } = known;
    assert.equal(
      deadLettered,
      "--dead-lettered",
      "a property of the scene, which only the command line changes",
    );
    assert.deepEqual({ ...LIMIT_OPTIONS }, limits);
  });
});

/** Verbs of RBAC by what the methods of the Kubernetes client begin with. */
const VERBS = {
  create: "create",
  read: "get",
  list: "list",
  patch: "patch",
  replace: "update",
  deleteCollection: "deletecollection",
  delete: "delete",
} as const;
const METHOD = new RegExp(
  `\\b(${Object.keys(VERBS)
    .sort((a, b) => b.length - a.length)
    .join("|")})(Namespaced)?((?:Namespace|Node|ClusterRole|ClusterRoleBinding)|[A-Z]\\w+)\\(`,
  "g",
);
/** Resources by kind, as the methods name them. */
const RESOURCES: Readonly<Record<string, string>> = {
  Pod: "pods",
  PodEviction: "pods/eviction",
  PodLog: "pods/log",
  Service: "services",
  Secret: "secrets",
  ConfigMap: "configmaps",
  ServiceAccount: "serviceaccounts",
  Event: "events",
  PersistentVolumeClaim: "persistentvolumeclaims",
  Namespace: "namespaces",
  Node: "nodes",
  Deployment: "deployments",
  DeploymentScale: "deployments/scale",
  StatefulSet: "statefulsets",
  Job: "jobs",
  NetworkPolicy: "networkpolicies",
  Lease: "leases",
  Role: "roles",
  RoleBinding: "rolebindings",
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
};

/** Every request to the Kubernetes API in the sources of drills: whether in a namespace, verb, and resource. */
function requests(): Map<string, { namespaced: boolean; verb: string; resource: string }> {
  const files = ["drill", "cluster"].flatMap((folder) =>
    readdirSync(join(OPERATE, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(OPERATE, folder, file)),
  );
  const found = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(METHOD)].flatMap(([method, verb = "", namespaced, kind = ""]) => {
      const resource = RESOURCES[kind];
      // Functions of our own, such as deleteQueue, have another kind.
      if (resource === undefined || (!namespaced && !/^(Node|Namespace|ClusterRole(Binding)?)$/.test(kind)))
        return [];
      const request = {
        namespaced: namespaced !== undefined,
        verb: VERBS[verb as keyof typeof VERBS],
        resource,
      };
      return [[method, request] as const];
    }),
  );
  return new Map(found);
}

const grants = (rules: readonly Rule[], verb: string, resource: string): boolean =>
  rules.some(({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb));

describe("the rights of scheduled drills", () => {
  const every = Object.values(DrillScene);

  it("cover every request that drills send", () => {
    const all = requests();
    assert.ok(all.size > 40, `only ${all.size} methods were found`);
    for (const [method, { namespaced, verb, resource }] of all) {
      const rules = namespaced ? namespaceRules(every) : clusterRules(every);
      assert.ok(grants(rules, verb, resource), `no rule for ${verb} ${resource} (${method})`);
    }
  });

  it("cover those of the guard, because nobody can give a right that they lack", () => {
    const guard = [
      { rules: namespaceRules(every), verb: "get", resource: "leases" },
      { rules: namespaceRules(every), verb: "get", resource: "configmaps" },
      { rules: namespaceRules(every), verb: "patch", resource: "pods" },
      { rules: namespaceRules(every), verb: "patch", resource: "deployments" },
      { rules: namespaceRules(every), verb: "patch", resource: "statefulsets" },
      { rules: clusterRules(CORDONS), verb: "patch", resource: "nodes" },
      { rules: clusterRules(CORDONS), verb: "delete", resource: "clusterrolebindings" },
      { rules: clusterRules(["broker-kill"]), verb: "delete", resource: "namespaces" },
    ];
    for (const { rules, verb, resource } of guard)
      assert.ok(grants(rules, verb, resource), `${verb} ${resource}`);
  });

  it("are those of the chosen scenes: without agents and drains, the cluster's nodes can only be read", () => {
    assert.deepEqual(clusterRules(["pod-delete", "worker-kill-pod"]), [
      { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list"] },
    ]);
    assert.ok(grants(clusterRules(["drain"]), "patch", "nodes"));
    assert.ok(!grants(clusterRules(["drain"]), "create", "namespaces"));
    assert.ok(grants(clusterRules(["broker-kill"]), "create", "pods"));
    assert.ok(!grants(namespaceRules(["broker-kill"]), "delete", "persistentvolumeclaims"));
    assert.ok(grants(namespaceRules(["volume-loss"]), "delete", "persistentvolumeclaims"));
  });
});
