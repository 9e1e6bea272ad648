import assert from "node:assert/strict";
import { CeleryWorkers, HaCelery } from "../../../../components";
import { cluster, refusal, run, the } from "../engine";
import * as pulumi from "@pulumi/pulumi";
import type * as k8s from "@pulumi/kubernetes";
import {
  BEAT_GUARDS,
  BROKER_GUARDS,
  type Guard,
  JOB_GUARDS,
  WORKERS_GUARDS,
} from "../../../../components/transform/guards";
import { aFunction, transformProblems } from "../../../../components/transform/transformed";
import { deployment } from "../../../../components/celeryWorkers/deployment";
import { resolveWorkers } from "../../../../components/celeryWorkers/resolve";
import { beatDeployment } from "../../../../components/celeryBeat/deployment";
import { resolveBeat } from "../../../../components/celeryBeat/resolve";
import { jobArgs } from "../../../../components/celeryJob/job";
import { resolveJob } from "../../../../components/celeryJob/resolve";
import { statefulSet } from "../../../../components/rabbitMqCluster/statefulSet";
import { FIELDS } from "../../../../local/providers/kubernetes/immutable";
import { resolveBroker } from "../../../../components/rabbitMqCluster/resolve";

const common = {
  namespace: "jobs",
  image: "app",
  app: "mail.tasks",
  broker: { secretName: "broker", key: "url" },
};
const workers = () => deployment(resolveWorkers("mail", common));
const OBJECTS: [string, () => object, readonly Guard[]][] = [
  ["workers", workers, WORKERS_GUARDS],
  ["beat", () => beatDeployment(resolveBeat("beat", common), "claim"), BEAT_GUARDS],
  ["job", () => jobArgs(resolveJob("load", common)), JOB_GUARDS],
  [
    "broker",
    () =>
      statefulSet(resolveBroker("mq", common), {
        configMapName: "config",
        definitionsSecretName: "definitions",
        credentialsSecretName: "credentials",
        checksum: "abc",
      }),
    BROKER_GUARDS,
  ],
];

/** The value at a path of keys; in a list, the element with that name. */
function at(value: unknown, path: readonly string[]): Record<string, unknown> {
  return path.reduce<unknown>(
    (part, key) =>
      Array.isArray(part)
        ? part.find((each: { name?: string }) => each.name === key)
        : (part as Record<string, unknown>)[key],
    value,
  ) as Record<string, unknown>;
}

/** A copy of an object's arguments, without its Outputs. */
const plain = (make: () => object) =>
  JSON.parse(
    JSON.stringify(make(), (_, value: unknown) => (pulumi.Output.isInstance(value) ? "output" : value)),
  ) as object;

describe("transform", () => {
  it("must not change a field of the brokers that only a new StatefulSet can have", () => {
    const guarded = BROKER_GUARDS.map(({ path }) => path.join("."));
    for (const field of FIELDS["apps/StatefulSet"] ?? assert.fail())
      assert.ok(guarded.includes(field), `${field} is guarded`);
  });

  for (const [name, make, guards] of OBJECTS) {
    describe(`of the ${name}`, () => {
      it("may leave everything as it is", () => {
        const own = make();
        assert.deepEqual(transformProblems("transform.x", own, own, guards), []);
      });

      for (const { path, why } of guards)
        it(`must not change ${path.join(".")}`, () => {
          const own = plain(make);
          const changed = structuredClone(own);
          const parent = at(changed, path.slice(0, -1));
          parent[path.at(-1) ?? ""] = ["changed"];
          assert.deepEqual(transformProblems("transform.x", own, changed, guards), [
            `transform.x changes ${path.join(".")}: it ${why}.`,
          ]);
          assert.match(why, /\w+ \w+.*\. [A-Z]/, "the reason and the fix");
        });
    });
  }

  const problemsOf = (change: (args: k8s.apps.v1.DeploymentArgs) => void) => {
    const own = plain(workers);
    const changed = structuredClone(own) as k8s.apps.v1.DeploymentArgs;
    change(changed);
    return transformProblems("transform.deployment", own, changed, WORKERS_GUARDS);
  };

  it("may add variables, volumes, mounts, containers and labels, and set free fields", () => {
    const problems = problemsOf((args) => {
      const changed = args as never as {
        metadata: { labels: Record<string, string> };
        spec: {
          revisionHistoryLimit: number;
          template: {
            spec: {
              dnsConfig: object;
              volumes: object[];
              containers: { env: object[]; volumeMounts: object[]; resources: object }[];
            };
          };
        };
      };
      const pod = changed.spec.template.spec;
      changed.metadata.labels.team = "mail";
      changed.spec.revisionHistoryLimit = 2;
      pod.dnsConfig = { options: [{ name: "ndots", value: "1" }] };
      pod.volumes.push({ name: "data", emptyDir: {} });
      pod.containers[0]?.env.push({ name: "REGION", value: "eu" });
      pod.containers[0]?.volumeMounts.push({ name: "data", mountPath: "/data" });
      pod.containers.push({ env: [], volumeMounts: [], resources: {} });
    });
    assert.deepEqual(problems, []);
  });

  it("must not set a variable of the component a second time, because Kubernetes uses the last one", () => {
    const problems = problemsOf((args) => {
      (at(args, ["spec", "template", "spec", "containers", "worker"]).env as object[]).push({
        name: "HA_CELERY_QUEUES",
        value: "others",
      });
    });
    assert.deepEqual(problems, [
      "transform.deployment changes spec.template.spec.containers.worker.env: it has variables of the component. Only add others, or use the arguments.",
    ]);
  });

  it("must keep the container of the component", () => {
    const problems = problemsOf((args) => {
      at(args, ["spec", "template", "spec"]).containers = [];
    });
    assert.ok(problems.length > 3, problems.join("\n"));
  });

  it("must return the arguments", () => {
    assert.deepEqual(transformProblems("transform.job", {}, undefined, JOB_GUARDS), [
      "transform.job returns undefined. Return the arguments that it receives, with changes.",
    ]);
  });

  it("changes the objects that the components create", async () => {
    const { resources } = await run(
      () =>
        new HaCelery(
          "shop",
          {
            rabbitmqImage: "rabbitmq",
            workerImage: "app",
            app: "mail.tasks",
            broker: {
              transform: {
                statefulSet: (args) => ({
                  ...args,
                  metadata: {
                    ...args.metadata,
                    annotations: Object.assign({ owner: "mail" }, args.metadata.annotations),
                  },
                }),
              },
            },
            workers: [
              {
                name: "mail",
                transform: {
                  deployment: (args) => ({ ...args, spec: { ...args.spec, revisionHistoryLimit: 2 } }),
                },
              },
            ],
            beat: {
              transform: {
                deployment: (args) => ({ ...args, spec: { ...args.spec, progressDeadlineSeconds: 60 } }),
              },
            },
            job: { transform: { job: (args) => ({ ...args, spec: { ...args.spec, suspend: true } }) } },
          },
          cluster(),
        ),
    );
    const inputs = (kind: string, name: string) => the(resources, kind, name).inputs;
    assert.equal(at(inputs("Deployment", "shop-mail-workers"), ["spec"]).revisionHistoryLimit, 2);
    assert.equal(at(inputs("Deployment", "shop-beat-publisher"), ["spec"]).progressDeadlineSeconds, 60);
    assert.equal(at(inputs("Job", "shop-scheduler-run"), ["spec"]).suspend, true);
    const annotations = at(inputs("StatefulSet", "shop-broker-set"), ["metadata", "annotations"]);
    assert.equal(annotations.owner, "mail");
    assert.equal(annotations["ha-celery/deletion-protection"], "true");
  });

  it("is refused with every problem at once", async () => {
    const refused = await refusal(
      () =>
        new CeleryWorkers(
          "mail",
          {
            ...common,
            transform: {
              deployment: (args) => ({
                ...args,
                spec: { ...args.spec, selector: {}, strategy: { type: "Recreate" } },
              }),
            },
          },
          cluster(),
        ),
    );
    assert.equal(
      refused,
      [
        'CeleryWorkers "mail" has 2 problems:',
        "  - transform.deployment changes spec.selector: it is immutable. Remove it.",
        "  - transform.deployment changes spec.strategy: it starts a new pod before an old one stops. Leave it.",
      ].join("\n"),
    );
  });

  it("is a function, which JSON cannot hold", () => {
    assert.deepEqual(aFunction("transform.job", {}), [
      "transform.job is not a function. Use one that returns the arguments it receives, or omit it.",
    ]);
    assert.deepEqual(aFunction("transform.job", workers), []);
  });
});
