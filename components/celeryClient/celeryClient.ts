import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { fromSecret, trustMounts, trustVariables, trustVolumes } from "../shared/celery/environment";
import { VARIABLES } from "../shared/celery/contract";
import { outputsOf, requireKubernetesProvider, throwProblems, validate } from "../shared/component";
import { GENERATED } from "../shared/generated";
import { PartsOf } from "../shared/partsOf";
import type { CeleryClientArgs } from "./args";
import { type ResolvedClient, resolveClient } from "./resolve";
import { brokerOf, checksumOf, emptySecret, publisherVariables, secretValues } from "./secret";
import { CELERY_CLIENT, ownNamespace } from "./validation";

type EnvVar = k8s.types.input.core.v1.EnvVar;
type EnvFromSource = k8s.types.input.core.v1.EnvFromSource;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

const parts = new PartsOf<CeleryClient, ResolvedClient>();

/** Annotation whose value changes with the Secret. */
const CHECKSUM_ANNOTATION = "ha-celery/client-checksum";

/**
 * Everything that your own pods need to publish tasks: a Secret of `HA_CELERY_` variables for `envFrom`, in the
 * broker's namespace and in others, and the labels that the broker's NetworkPolicy requires.
 *
 * The Secret's name never changes. A new password updates the Secret in place, and the previous password stays valid
 * until the next change, so running pods only have to restart between two changes. `annotations` makes Deployments of
 * the same Pulumi program restart by themselves. Requires server-side apply, the default of the Kubernetes provider.
 *
 * `envFrom` and `labels` are enough without TLS, and with TLS if the certificate is generated or `tls.authority` is
 * set. `env`, `volumes`, and `volumeMounts` add the broker's CA certificates as a file, so that a renewal needs no
 * restart, and the result backend. They are empty if there is neither TLS nor a result backend.
 *
 * @example
 * ```ts
 * const { labels, annotations, envFrom, env, volumes, volumeMounts } = celery.client;
 * new k8s.apps.v1.Deployment("web", {
 *   metadata: { namespace: "shop" },
 *   spec: {
 *     selector: { matchLabels: { app: "web" } },
 *     template: {
 *       metadata: { labels: { app: "web", ...labels }, annotations },
 *       spec: { containers: [{ name: "web", image: web.ref, envFrom, env, volumeMounts }], volumes },
 *     },
 *   },
 * });
 * ```
 */
export class CeleryClient extends pulumi.ComponentResource {
  /** Name of the Secret with the variables, the same in every namespace. */
  readonly secretName: pulumi.Output<string>;
  /** Labels of every pod that publishes. */
  readonly clientLabels: pulumi.Output<Record<string, string>>;
  /** Keyed hash of the variables, which changes with the password and tells nothing about it. As an annotation of a pod template, it restarts the pods. */
  readonly checksum: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `CeleryClientArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: CeleryClientArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:CeleryClient", name, { ...args, amqpUrl: pulumi.secret(args.amqpUrl) }, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, CELERY_CLIENT);
    const client = resolveClient(name, args);

    const values = publisherVariables(client);
    const own = createSecret(this, client, values);
    for (const namespace of client.namespaces) createSecret(this, client, values, namespace);

    this.secretName = own;
    this.clientLabels = pulumi.output(client.broker.clientLabels ?? {});
    const key = new random.RandomPassword(`${name}-checksum-key`, GENERATED, { parent: this }).result;
    this.checksum = checksumOf(values, key);
    parts.set(this, client);
    this.registerOutputs(outputsOf(this));
  }

  /** Labels of every pod that publishes, to spread into those of a pod template. */
  get labels(): Record<string, pulumi.Input<string>> {
    const labels = parts.of(this).broker.clientLabels ?? {};
    if (!pulumi.Output.isInstance(labels) && !(labels instanceof Promise)) return labels;
    throw new pulumi.ResourceError(
      "broker.clientLabels is not a plain object, so its keys are not known yet. Use clientLabels instead of labels.",
      this,
    );
  }

  /** Annotations of a pod template, which restart its pods when the password changes. */
  get annotations(): Record<string, pulumi.Output<string>> {
    return { [CHECKSUM_ANNOTATION]: this.checksum };
  }

  /** `envFrom` of a container: the Secret. */
  get envFrom(): EnvFromSource[] {
    return [{ secretRef: { name: this.secretName } }];
  }

  /** `env` of a container: the path of the mounted CA certificates, and the result backend. */
  get env(): EnvVar[] {
    const client = parts.of(this);
    return [
      ...trustVariables(client.broker),
      ...(client.resultBackend ? [fromSecret(VARIABLES.resultBackend, client.resultBackend)] : []),
    ];
  }

  /** `volumes` of a pod: the broker's CA certificates. With a certificate of your own and no `tls.authority`, from
   * its Secret, which exists in the broker's namespace only. */
  get volumes(): Volume[] {
    return trustVolumes({ broker: brokerOf(parts.of(this), this.secretName) });
  }

  /** `volumeMounts` of a container, for `volumes`. */
  get volumeMounts(): VolumeMount[] {
    return trustMounts(parts.of(this));
  }
}

/** Creates the Secret in one namespace, and returns its name once it has its values. */
function createSecret(
  parent: CeleryClient,
  client: ResolvedClient,
  values: pulumi.Output<Record<string, string>>,
  copy?: string,
): pulumi.Output<string> {
  const namespace = copy ?? client.namespace;
  const suffix = copy === undefined ? "" : `-${copy}`;
  const secret = new k8s.core.v1.Secret(`${client.name}-secret${suffix}`, emptySecret(client, namespace), {
    parent,
    // An empty Secret would let pods start without their variables.
    dependsOn: pulumi.all([values, client.namespace]).apply(([, own]): pulumi.Resource[] => {
      // Only now, because the namespace may be an Output.
      if (copy !== undefined && own === copy) throwProblems(parent, client.name, [ownNamespace(own)]);
      return [];
    }),
  });
  const patch = new k8s.core.v1.SecretPatch(
    `${client.name}-values${suffix}`,
    secretValues(client, namespace, values),
    { parent, dependsOn: secret },
  );
  return patch.metadata.name;
}
