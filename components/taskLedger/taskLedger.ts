import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { packageOf } from "../inject/package";
import { ledgerAccess, ledgerDeployment, ledgerService } from "./objects";
import { LEDGER_LABEL, LEDGER_PORT, resolveLedger } from "./resolve";
import { TASK_LEDGER } from "./validation";
import { claim } from "../shared/claims";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { PartsOf } from "../shared/partsOf";
import type { LedgerConnection } from "../types";
import type { TaskLedgerArgs } from "./args";

interface Parts {
  connection: LedgerConnection;
  deployment: k8s.apps.v1.Deployment;
  service: k8s.core.v1.Service;
}
const parts = new PartsOf<TaskLedger, Parts>();

/**
 * Records every confirmed task and every execution outside RabbitMQ, so that lost and duplicated tasks can be
 * counted.
 *
 * It is a single pod: while it is unavailable, workers wait for it before they acknowledge, and continue within
 * 15 s of its return. A task that waits beyond its time limit runs again. Use it for drills, not for production
 * load. Its NetworkPolicy allows only pods with the client labels. People read the count with
 * `kubectl port-forward`.
 *
 * @example
 * ```ts
 * const ledger = new TaskLedger("count", { namespace: "jobs", image: app.ref }, { provider: cluster.provider });
 * new CeleryWorkers("mail", { ledger: ledger.connection, ... }, { provider: cluster.provider });
 * ```
 */
export class TaskLedger extends pulumi.ComponentResource {
  /** Base URL for clients inside the Kubernetes cluster. */
  readonly url: pulumi.Output<string>;
  /** Name of the Service. */
  readonly serviceName: pulumi.Output<string>;
  /** Port of the Service. */
  readonly port: pulumi.Output<number>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `TaskLedgerArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: TaskLedgerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:TaskLedger", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, TASK_LEDGER);
    const ledger = resolveLedger(name, args);
    const child = { parent: this };

    const data = new k8s.core.v1.PersistentVolumeClaim(`${name}-data`, claim(ledger), child);
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-server`,
      ledgerDeployment(ledger, data.metadata.name, packageOf(this, ledger, opts?.parent)),
      { ...child, customTimeouts: { create: ledger.readyTimeout, update: ledger.readyTimeout } },
    );
    const service = new k8s.core.v1.Service(`${name}-server`, ledgerService(ledger), {
      ...child,
      dependsOn: deployment,
    });
    new k8s.networking.v1.NetworkPolicy(`${name}-access`, ledgerAccess(ledger), child);

    this.serviceName = service.metadata.name;
    this.port = pulumi.output<number>(LEDGER_PORT);
    this.url = pulumi.interpolate`http://${this.serviceName}.${ledger.namespace}.svc:${LEDGER_PORT}`;
    parts.set(this, {
      deployment,
      service,
      connection: { url: this.url, clientLabels: { [LEDGER_LABEL]: name } },
    });
    this.registerOutputs(outputsOf(this));
  }

  /** What workers and jobs need to write to this ledger. */
  get connection(): LedgerConnection {
    return parts.of(this).connection;
  }

  /** The Deployment of the ledger. */
  get deployment(): k8s.apps.v1.Deployment {
    return parts.of(this).deployment;
  }

  /** The Service of the ledger. */
  get service(): k8s.core.v1.Service {
    return parts.of(this).service;
  }
}
