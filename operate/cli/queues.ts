import type { Command } from "commander";
import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { findInstallation, type Installation } from "../cluster/installation";
import { isReady, nameOf } from "../cluster/objects";
import { patiently } from "../cluster/patience";
import { UsageError, UserError } from "../errors";
import { readQueue } from "../queues/details";
import { formatQueue, formatQueues, formatTasks } from "../queues/format";
import { peek } from "../queues/peek";
import { queuesOfPools } from "../queues/read";
import { measureQueues } from "../status/measured";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { JSON_OPTION, OVER_OPTION } from "./commonOptions";
import { checkProtection, checkYes, requireConsent } from "./consent";
import { numberOption } from "./numberOption";

interface QueueOptions extends TargetOptions {
  readonly json?: boolean;
}

interface RateOptions extends QueueOptions {
  readonly over?: number;
}

interface PeekOptions extends QueueOptions {
  readonly limit: number;
}

interface PurgeOptions extends QueueOptions {
  readonly yes?: boolean;
  readonly allowProtected?: boolean;
  readonly otherQueue?: boolean;
}

/** The queue's leader counts to each position while no task is delivered. */
const MOST_PEEKED = 100;

/** Adds `ha-celery queues`. */
export function queuesCommand(program: Command, access: ClusterAccess): void {
  const command = program.command("queues").description("list queues, read their tasks, and purge one");
  const add = (name: string, description: string): Command =>
    access.addOptions(command.command(name, { isDefault: name === "list" }).description(description));

  add("list", "list all queues (default)")
    .option(...OVER_OPTION)
    .option(...JSON_OPTION)
    .action((options: RateOptions) => list(options, access));
  add("show", "show one queue with its copies and consumers")
    .argument("<name>", "queue")
    .option(...OVER_OPTION)
    .option(...JSON_OPTION)
    .action((name: string, options: RateOptions) => show(name, options, access));
  add("peek", "print the first tasks that wait in a queue, without delivering them")
    .argument("<name>", "queue")
    .option(
      "--limit <count>",
      `number of tasks, up to ${MOST_PEEKED}`,
      numberOption({ integer: true, min: 1, max: MOST_PEEKED }),
      10,
    )
    .option(...JSON_OPTION)
    .action((name: string, options: PeekOptions) => print(name, options, access));
  add("purge", "delete the tasks that wait in a queue for good; those that workers hold stay")
    .argument("<name>", "queue")
    .option("--yes", "consent to the deletion; required without a terminal")
    .option("--allow-protected", "also in an installation with deletionProtection")
    .option("--other-queue", "also a queue of no worker pool")
    .option(...JSON_OPTION)
    .action((name: string, options: PurgeOptions) => purge(name, options, access));
}

async function list(options: RateOptions, access: ClusterAccess): Promise<void> {
  const { cluster } = await access.connect(options);
  const queues = await measureQueues(cluster, await findInstallation(cluster, options), options.over);
  console.log(options.json ? JSON.stringify(queues) : formatQueues(queues));
}

async function show(name: string, options: RateOptions, access: ClusterAccess): Promise<void> {
  const { cluster } = await access.connect(options);
  const installation = await findInstallation(cluster, options);
  const { brokers, namespace } = installation;
  await requireQueue(name, brokers);
  const { queues } = await measureQueues(cluster, installation, options.over);
  const { rates, ratesUnknown } = queues.find((each) => each.name === name) ?? {};
  const { items } = await cluster.core.listNamespacedPod({ namespace });
  const queue = { ...(await readQueue(brokers, name, items)), rates, ratesUnknown };
  console.log(options.json ? JSON.stringify(queue) : formatQueue(queue));
}

async function print(name: string, options: PeekOptions, access: ClusterAccess): Promise<void> {
  const { cluster } = await access.connect(options);
  const { brokers } = await findInstallation(cluster, options);
  await requireQueue(name, brokers);
  const tasks = await peek(brokers, name, options.limit);
  console.log(options.json ? JSON.stringify(tasks) : formatTasks(tasks));
}

async function purge(name: string, options: PurgeOptions, access: ClusterAccess): Promise<void> {
  const { cluster, local } = await access.connect(options);
  checkYes(options, local);
  const installation = await findInstallation(cluster, options);
  const { brokers, namespace } = installation;
  const ready = await requireQueue(name, brokers);
  checkPurge(name, installation, options);
  if (!local && !options.yes)
    await requireConsent(
      cluster.context,
      `A purge of queue ${name} (${ready} tasks) of ${namespace}/${installation.name}`,
    );
  const pod = (await brokers.pods()).find(isReady);
  if (!pod) throw new UserError("No broker is ready. See what is wrong: npx ha-celery status");
  await brokers.exec(
    { pod: nameOf(pod) },
    "rabbitmqctl",
    "--quiet",
    "purge_queue",
    "-p",
    brokers.vhost,
    name,
  );
  console.log(
    options.json
      ? JSON.stringify({ queue: name, purged: ready })
      : `queue ${name}: about ${ready} tasks deleted for good`,
  );
}

/** Refuses queues whose tasks only a mistake would delete. */
export function checkPurge(
  name: string,
  installation: Pick<Installation, "namespace" | "name" | "protected" | "pools">,
  options: PurgeOptions,
): void {
  if (name === DEAD_LETTERS)
    throw new UsageError(
      `${DEAD_LETTERS} is not a queue of tasks that wait. Purge it with: npx ha-celery dead-letters purge`,
    );
  checkProtection(installation, options, "a purge deletes tasks for good");
  const known = queuesOfPools(installation);
  if (!known.includes(name) && !options.otherQueue)
    throw new UsageError(
      `${name} is a queue of no worker pool (queues of pools: ${known.join(", ") || "none"}). To purge it anyway: --other-queue`,
    );
}

/** Fails if the queue does not exist, and returns the number of its ready tasks. */
async function requireQueue(name: string, brokers: Installation["brokers"]): Promise<number> {
  const queues = await patiently((seconds) => brokers.queues(seconds));
  const queue = queues.find((each) => each.name === name);
  if (queue) return Math.max(0, queue.messages - queue.unacknowledged);
  throw new UsageError(
    `There is no queue "${name}". Use one of: ${queues
      .map((each) => each.name)
      .sort()
      .join(", ")}.`,
  );
}
