import { countDeadLetters } from "../cluster/deadLetters";
import { nameOf } from "../cluster/objects";
import { isRolledOut } from "../drill/scenes/shared/rollout";
import type { WorkerVersions } from "../cluster/workerVersions";
import type { Finding, UpgradeFacts } from "./model";
import { CELERY, compareMinors, distinct, KUBELET_SKEW, minorOf, satisfies } from "./version";

const MIB = 1024 ** 2;
/** A restarted broker catches up, which takes disk. Below this multiple of the alarm's limit, an alarm is close. */
const ROOM = 2;

/** Returns what stands in the way of an upgrade, and then what is good to know. */
export function findingsOf(facts: UpgradeFacts): Finding[] {
  const findings = [
    ...healthFindings(facts),
    ...rolloutFindings(facts),
    ...flagFindings(facts),
    ...deprecatedFindings(facts),
    ...drainedFindings(facts),
    ...leaderFindings(facts),
    ...diskFindings(facts),
    ...kubeletFindings(facts),
    ...budgetFindings(facts),
    ...celeryFindings(facts),
    ...pulumiFindings(facts),
  ];
  return [...findings.filter(({ blocks }) => blocks), ...findings.filter(({ blocks }) => !blocks)];
}

/** An upgrade begins with a healthy installation. Dead letters cost no other task anything. */
const healthFindings = ({ status }: UpgradeFacts): Finding[] =>
  status.problems
    .filter(({ text }) => !status.deadLetters || text !== countDeadLetters(status.deadLetters))
    .map((problem) => ({ of: "any", blocks: true, ...problem }));

const kubectl = ({ status: { context, namespace } }: UpgradeFacts): string =>
  `kubectl --context ${context} -n ${namespace}`;

const haCelery = ({ status: { context, namespace, name } }: UpgradeFacts, command: string): string =>
  `npx ha-celery ${command} --context ${context} --namespace ${namespace} --name ${name}`;

function rolloutFindings(facts: UpgradeFacts): Finding[] {
  const { set, status } = facts;
  if (!set || isRolledOut(set)) return [];
  return [
    {
      of: "any",
      blocks: true,
      text: `the rollout of the brokers is not complete: ${set.status?.updatedReplicas ?? 0} of ${set.spec?.replicas ?? 0} pods are from the newest template`,
      cure: `${kubectl(facts)} rollout status statefulset ${status.name}`,
    },
  ];
}

/** RabbitMQ refuses to start a version that requires a flag which is not enabled. */
function flagFindings(facts: UpgradeFacts): Finding[] {
  const { disabledFeatureFlags: flags = [] } = facts.status;
  if (flags.length === 0) return [];
  return [
    {
      of: "rabbitmq",
      blocks: true,
      text: `feature flags are not enabled, which the next version may require: ${flags.join(", ")}`,
      cure: haCelery(facts, "upgrade finish"),
    },
  ];
}

const deprecatedFindings = ({ deprecated }: UpgradeFacts): Finding[] =>
  (deprecated ?? []).map(({ name, phase, page }) => ({
    of: "rabbitmq",
    blocks: phase !== "permitted_by_default",
    text: `the deprecated feature ${name} is in use (${phase.replaceAll("_", " ")})`,
    cure: `stop using it before a version removes it: ${page || "https://www.rabbitmq.com/docs/deprecated-features"}`,
  }));

const drainedFindings = (facts: UpgradeFacts): Finding[] =>
  facts.drained.map((pod) => ({
    of: "any",
    blocks: true,
    text: `${pod} is in maintenance mode: it serves no client and leads no queue`,
    cure: `${kubectl(facts)} exec ${pod} -c rabbitmq -- rabbitmq-upgrade revive`,
  }));

/** The rule is that of the plugin that balances leaders. */
function leaderFindings(facts: UpgradeFacts): Finding[] {
  const { brokers } = facts.status;
  const all = brokers.reduce((sum, { leads }) => sum + leads, 0);
  const most = brokers.find(({ leads }) => brokers.length > 1 && leads > all / 2 + 1);
  if (!most) return [];
  return [
    {
      of: "rabbitmq",
      blocks: false,
      text: `${most.pod} leads ${most.leads} of ${all} queues, so its restart moves all of them at once`,
      cure: `wait a minute, then: ${kubectl(facts)} exec ${most.pod} -c rabbitmq -- rabbitmq-queues rebalance quorum`,
    },
  ];
}

const diskFindings = ({ status }: UpgradeFacts): Finding[] =>
  status.brokers
    .filter(({ disk }) => disk && disk.bytes < ROOM * disk.limit)
    .map(({ pod, disk }) => ({
      of: "rabbitmq",
      blocks: true,
      text: `${pod} has ${Math.round((disk?.bytes ?? 0) / MIB)} MiB of free disk, and an alarm blocks all publishers below ${Math.round((disk?.limit ?? 0) / MIB)}`,
      cure: "let workers consume what waits, or enlarge the volumes: docs/how-to/grow-storage.md",
    }));

function kubeletFindings({ nodes, kubernetes }: UpgradeFacts): Finding[] {
  const control = minorOf(kubernetes);
  if (!control) return [];
  const next = `${control[0]}.${control[1] + 1}`;
  const oldest = `${control[0]}.${control[1] + 1 - KUBELET_SKEW}`;
  const versionOf = (node: (typeof nodes)[number]) => node.status?.nodeInfo?.kubeletVersion ?? "";
  const tooOld = nodes.filter((node) => compareMinors(versionOf(node), oldest) < 0);
  const behind = nodes.filter(
    (node) => !tooOld.includes(node) && compareMinors(versionOf(node), kubernetes) < 0,
  );
  const list = (some: typeof nodes) => some.map((node) => `${nameOf(node)} (${versionOf(node)})`).join(", ");
  return [
    ...(tooOld.length > 0
      ? [
          {
            of: "kubernetes" as const,
            blocks: true,
            text: `a control plane of version ${next} does not support these nodes: ${list(tooOld)}`,
            cure: `upgrade the nodes to ${kubernetes} first: docs/how-to/upgrade.md#nodes`,
          },
        ]
      : []),
    ...(behind.length > 0
      ? [
          {
            of: "kubernetes" as const,
            blocks: false,
            text: `nodes are older than the control plane (${kubernetes}): ${list(behind)}`,
            cure: "upgrade them: docs/how-to/upgrade.md#nodes",
          },
        ]
      : []),
  ];
}

/** A drain of a node waits for such a budget until it allows an eviction. */
const budgetFindings = (facts: UpgradeFacts): Finding[] =>
  facts.budgets
    .filter(({ status }) => (status?.disruptionsAllowed ?? 0) === 0 && (status?.expectedPods ?? 0) > 0)
    .map((budget) => ({
      of: "kubernetes",
      blocks: true,
      text: `the PodDisruptionBudget ${nameOf(budget)} allows no eviction (${budget.status?.currentHealthy ?? 0} of ${budget.status?.expectedPods ?? 0} pods are healthy, ${budget.status?.desiredHealthy ?? 0} must be), so a drain of a node never ends`,
      cure: `wait until its pods are ready, or allow one to be away: ${kubectl(facts)} describe poddisruptionbudget ${nameOf(budget)}`,
    }));

function celeryFindings({ workers, beats, jobs, unknownPools }: UpgradeFacts): Finding[] {
  const all = [...workers, ...beats, ...jobs];
  const cure = "docs/how-to/upgrade.md#celery";
  const unsupported = all.filter(
    ({ celery = "" }) => compareMinors(celery, CELERY.least) < 0 || compareMinors(celery, CELERY.below) >= 0,
  );
  const several = (of: string, versionOf: (one: WorkerVersions) => string | undefined, blocks: boolean) => {
    const versions = distinct(all.map(versionOf)).map((version) => {
      const pools = all.filter((one) => versionOf(one) === version).map(({ pool }) => pool);
      return `${version} (${pools.join(", ")})`;
    });
    if (versions.length < 2) return [];
    const text = `several versions of ${of} run: ${versions.join(" and ")}`;
    return [{ of: "celery" as const, blocks, text, cure: `deploy images with one version: ${cure}` }];
  };
  return [
    ...unsupported
      .filter(({ celery }) => celery !== undefined)
      .map(({ pool, celery }) => ({
        of: "celery" as const,
        blocks: true,
        text: `${pool} runs Celery ${celery}, but ha-celery supports ${CELERY.least} to below ${CELERY.below}`,
        cure: `deploy an image with a supported version: ${cure}`,
      })),
    ...several("Celery", ({ celery }) => celery, true),
    ...several("ha_celery", ({ haCelery }) => haCelery, false),
    ...unknownPools.map(({ pool, reason }) => ({
      of: "celery" as const,
      blocks: false,
      text: `the version of Celery in ${pool} is unknown: ${reason}`,
      cure: "run the check again when a pod of it is ready",
    })),
  ];
}

const pulumiFindings = ({ pulumi }: UpgradeFacts): Finding[] =>
  pulumi
    .filter(({ version, range }) => !satisfies(version, range))
    .map(({ name, version, range }) => ({
      of: "pulumi",
      blocks: true,
      text: `the program in this folder has ${name} ${version} installed, but ha-celery supports ${range}`,
      cure: `npm install '${name}@${range}', and see docs/how-to/upgrade.md#pulumi-and-its-providers`,
    }));
