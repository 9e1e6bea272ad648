import type * as pulumi from "@pulumi/pulumi";
import type {
  BeatOptions,
  BrokerOptions,
  BrokerTls,
  HaCeleryArgs,
  MonitoringOptions,
  ScheduledDrillsOptions,
  WorkerPoolOptions,
} from "../components";
import { omitUndefined } from "../components/shared/omitUndefined";
import type { TargetProfile } from "./targets/profile";
import { emptyToUndefined } from "./settings/emptyToUndefined";
import { type Settings, Tls } from "./settings/schema";

/** Images to run, by digest. */
export interface Images {
  readonly rabbitmq: pulumi.Input<string>;
  readonly worker: pulumi.Input<string>;
  /** Undefined without scheduled drills. */
  readonly drills?: pulumi.Input<string>;
}

/** Maps the settings to the arguments of `HaCelery`. */
export function celeryArgs(settings: Settings, target: TargetProfile, images: Images): HaCeleryArgs {
  const { resultBackendSecret: secretName, resultBackendKey: key } = settings;
  return {
    namespaceName: settings.namespace || undefined,
    existingNamespace: settings.existingNamespace || undefined,
    rabbitmqImage: images.rabbitmq,
    workerImage: images.worker,
    app: settings.workerApp,
    inject: settings.inject || undefined,
    broker: brokerOptions(settings, target),
    workers: workerPools(settings, target),
    resultBackend: secretName ? { secretName, key } : undefined,
    beat: beatOptions(settings, target),
    monitoring: monitoringOptions(settings),
    scheduledDrills: drillsOptions(settings, images),
    job:
      settings.scheduleTasks > 0
        ? {
            tasks: settings.scheduleTasks,
            run: settings.scheduleRun,
            env: emptyToUndefined(settings.scheduleEnv),
          }
        : undefined,
    ledger: settings.ledger ? { storage: { className: target.storageClass } } : undefined,
  };
}

function brokerOptions(settings: Settings, target: TargetProfile): BrokerOptions {
  return {
    replicas: settings.brokerReplicas,
    storage: {
      size: settings.brokerStorage,
      className: target.storageClass,
      onDelete: settings.storageOnDelete,
    },
    compute: { cpu: settings.brokerCpu, memory: settings.brokerMemory },
    spread: settings.brokerSpread,
    config: emptyToUndefined(settings.brokerConfig),
    plugins: emptyToUndefined(settings.brokerPlugins),
    nodeSelector: emptyToUndefined(settings.brokerNodeSelector),
    tolerations: emptyToUndefined(settings.brokerTolerations),
    priorityClassName: settings.brokerPriorityClass || undefined,
    tls: brokerTls(settings),
    vhost: settings.vhost,
    username: settings.brokerUser,
    passwordRevision: settings.passwordRevision,
    access: omitUndefined({
      clientNamespaces: emptyToUndefined(settings.clientNamespaces),
      managementNamespaces: emptyToUndefined(settings.managementNamespaces),
      monitoringNamespaces: emptyToUndefined(settings.monitoringNamespaces),
    }),
    deletionProtection: settings.deletionProtection,
    readyTimeout: settings.readyTimeout,
  };
}

function brokerTls(settings: Settings): BrokerTls | undefined {
  const interNode = settings.brokerTlsInterNode || undefined;
  if (settings.brokerTls === Tls.Generated) return omitUndefined({ interNode });
  if (!settings.brokerTlsSecret) return undefined;
  return omitUndefined({
    interNode,
    secretName: settings.brokerTlsSecret,
    serverName: settings.brokerTlsServerName,
    authority: settings.brokerTlsAuthority || undefined,
  });
}

function workerPools(settings: Settings, target: TargetProfile): WorkerPoolOptions[] {
  return settings.workerPools.map(
    ({ cpu, memory, spot = false, nodeSelector, tolerations = [], ...pool }) => {
      const spotPlacement = spot ? target.spotPlacement : {};
      return {
        ...pool,
        nodeSelector: emptyToUndefined({ ...nodeSelector, ...spotPlacement.nodeSelector }),
        tolerations: emptyToUndefined([...tolerations, ...(spotPlacement.tolerations ?? [])]),
        compute: { cpu, memory },
        readyTimeout: settings.readyTimeout,
      };
    },
  );
}

function monitoringOptions({ monitoring }: Settings): MonitoringOptions | undefined {
  const { enabled = true, ...options } = monitoring;
  return enabled && emptyToUndefined(monitoring) ? options : undefined;
}

/** Whether the stack schedules drills. */
export const hasDrills = ({ scheduledDrills }: Settings): boolean =>
  emptyToUndefined(scheduledDrills) !== undefined;

function drillsOptions({ scheduledDrills }: Settings, images: Images): ScheduledDrillsOptions | undefined {
  const { scenes, schedule, cpu, memory, ...options } = scheduledDrills;
  if (!scenes || !schedule || images.drills === undefined) return undefined;
  return { ...options, scenes, schedule, image: images.drills, compute: { cpu, memory } };
}

function beatOptions({ beat, readyTimeout }: Settings, target: TargetProfile): BeatOptions | undefined {
  const { enabled = true, cpu, memory, ...options } = beat;
  if (!enabled || !emptyToUndefined(beat)) return undefined;
  return { ...options, compute: { cpu, memory }, storage: { className: target.storageClass }, readyTimeout };
}
