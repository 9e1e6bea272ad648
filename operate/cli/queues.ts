import type { Command } from "commander";
import { findInstallation } from "../cluster/installation";
import { readQueue } from "../queues/details";
import { formatQueue, formatQueues, formatTasks } from "../queues/format";
import { peek } from "../queues/peek";
import { checkPurge, describePurge, purgeQueue, type PurgeRules, requireQueue } from "../queues/purge";
import { measureQueues } from "../status/measured";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { JSON_OPTION, OVER_OPTION } from "./commonOptions";
import { checkYes, requireConsent } from "./consent";
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

interface PurgeOptions extends QueueOptions, PurgeRules {
  readonly yes?: boolean;
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
  const { rates, ratesUnknown, growsBecause } = queues.find((each) => each.name === name) ?? {};
  const { items } = await cluster.core.listNamespacedPod({ namespace });
  const queue = { ...(await readQueue(brokers, name, items)), rates, ratesUnknown, growsBecause };
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
  await purgeQueue(name, brokers);
  console.log(options.json ? JSON.stringify({ queue: name, purged: ready }) : describePurge(name, ready));
}
