import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { packageOf } from "../inject/package";
import { ledgerAccess, ledgerDeployment, ledgerSecret, ledgerService } from "./objects";
import { LEDGER_LABEL, LEDGER_PORT, resolveLedger, TOKEN_KEY } from "./resolve";
import { TASK_LEDGER } from "./validation";
import { renamed } from "../shared/childOptions";
import { createClaim } from "../shared/claims";
import { GENERATED } from "../shared/generated";
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
 * 15 s of its return. A task waits until its time limit, at most 10 minutes; then it is acknowledged without having
 * been counted, and the next tasks of that process wait at most 2 s each. Use it for drills, not for production load.
 *
 * It answers only requests with its generated token. Workers and jobs get it from a Secret. People read the count with
 * `kubectl port-forward` and `curl "http://:TOKEN@localhost:8080/summary?run=run-1"`. Its NetworkPolicy allows only
 * pods with the client labels.
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
  /** Name of the Secret with the token: `token`. */
  readonly tokenSecretName: pulumi.Output<string>;

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

    const token = new random.RandomPassword(`${name}-token`, GENERATED, child).result;
    const secret = new k8s.core.v1.Secret(`${name}-token`, ledgerSecret(ledger, token), renamed(this));
    const tokenKey = { secretName: secret.metadata.name, key: TOKEN_KEY };
    const data = createClaim(this, "TaskLedger", ledger, "the ledger would lose its counts");
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-server`,
      ledgerDeployment(ledger, data.metadata.name, tokenKey, packageOf(this, ledger, opts?.parent)),
      { ...child, customTimeouts: { create: ledger.readyTimeout, update: ledger.readyTimeout } },
    );
    const service = new k8s.core.v1.Service(`${name}-server`, ledgerService(ledger), {
      ...child,
      dependsOn: deployment,
    });
    new k8s.networking.v1.NetworkPolicy(`${name}-access`, ledgerAccess(ledger), child);

    this.serviceName = service.metadata.name;
    this.port = pulumi.output<number>(LEDGER_PORT);
    this.tokenSecretName = secret.metadata.name;
    this.url = pulumi.interpolate`http://${this.serviceName}.${ledger.namespace}.svc:${LEDGER_PORT}`;
    parts.set(this, {
      deployment,
      service,
      connection: { url: this.url, token: tokenKey, clientLabels: { [LEDGER_LABEL]: name } },
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
