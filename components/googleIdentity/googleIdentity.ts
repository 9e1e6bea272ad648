import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { enableApis } from "../gkeCluster/apis";
import { ACCOUNT_ID_LENGTH, KEPT_ACCOUNT_ID, thisStack, uniqueId } from "../gkeCluster/names";
import { retryWhileEnabling } from "../gkeCluster/retries";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { labelsOf } from "../shared/labels";
import type { GoogleIdentityArgs } from "./args";
import { GOOGLE_IDENTITY } from "./validation";

/** Lets a Kubernetes ServiceAccount act as a Google service account. */
const USER_ROLE = "roles/iam.workloadIdentityUser";
const APIS = ["iam", "iamcredentials"];

/** Annotation that names the Google service account of a Kubernetes one. */
const ACCOUNT_ANNOTATION = "iam.gke.io/gcp-service-account";

/**
 * An identity for pods on GKE with Workload Identity: a Kubernetes ServiceAccount that may use services of Google
 * Cloud. Pods have no key, and get no other rights than those granted to `member`.
 *
 * A grant takes up to a few minutes until Google applies it; until then, requests fail with status 403. A pod with a
 * NetworkPolicy for egress must be allowed to reach 169.254.169.254, port 80, and 169.254.169.252, port 988.
 *
 * **Cost**: none.
 *
 * @example
 * ```ts
 * const identity = new GoogleIdentity(
 *   "reports",
 *   { project: "my-project", namespace: "celery" },
 *   { provider: cluster.provider },
 * );
 * new gcp.storage.BucketIAMMember("reports", { bucket, role: "roles/storage.objectViewer", member: identity.member });
 * const pool = { name: "reports", pod: { serviceAccountName: identity.serviceAccountName } };
 * ```
 */
export class GoogleIdentity extends pulumi.ComponentResource {
  /** Name of the Kubernetes ServiceAccount, for `pod.serviceAccountName`. */
  readonly serviceAccountName: pulumi.Output<string>;
  /** IAM member to grant roles to. */
  readonly member: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `GoogleIdentityArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent; optionally a Google Cloud provider.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: GoogleIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:GoogleIdentity", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, GOOGLE_IDENTITY);
    const { project, namespace, serviceAccountName = name, projectNumber, roles = [] } = args;
    const managesApis = args.enableApis ?? true;
    const hooks = managesApis ? retryWhileEnabling(`${name}-identity`) : {};
    const dependsOn = managesApis ? enableApis({ name, project, parent: this, hooks }, APIS) : [];
    const child = { parent: this, dependsOn, hooks };

    const account = projectNumber === undefined ? googleAccount(name, project, child) : undefined;
    const kubernetesAccount = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: {
          name: serviceAccountName,
          namespace,
          labels: labelsOf("google-identity", name, "identity"),
          ...(account && { annotations: { [ACCOUNT_ANNOTATION]: account.email } }),
        },
      },
      { parent: this },
    );
    // The pool of identities exists once the project has a cluster with Workload Identity, and with it the account.
    const afterCluster = { ...child, dependsOn: [...dependsOn, kubernetesAccount] };
    const subject = pulumi.interpolate`${namespace}/${serviceAccountName}`;
    if (account) actAs(name, project, subject, account, afterCluster);

    this.member = account?.member ?? principal(project, projectNumber, namespace, serviceAccountName);
    for (const role of roles) {
      const grant = { project, role, member: this.member };
      // Named by the role: after a change of the list, no other resource has the grant that one of them deletes.
      new gcp.projects.IAMMember(`${name}-${role}`, grant, afterCluster);
    }
    this.serviceAccountName = kubernetesAccount.metadata.name;
    this.registerOutputs(outputsOf(this));
  }
}

function googleAccount(
  name: string,
  project: string,
  child: pulumi.CustomResourceOptions,
): gcp.serviceaccount.Account {
  const accountId = uniqueId(name, thisStack(), ACCOUNT_ID_LENGTH);
  const displayName = `Pods of ${name}`;
  const options = { ...child, ignoreChanges: KEPT_ACCOUNT_ID };
  return new gcp.serviceaccount.Account(`${name}-pods`, { project, accountId, displayName }, options);
}

function actAs(
  name: string,
  project: string,
  subject: pulumi.Output<string>,
  account: gcp.serviceaccount.Account,
  child: pulumi.CustomResourceOptions,
): void {
  const member = pulumi.interpolate`serviceAccount:${project}.svc.id.goog[${subject}]`;
  new gcp.serviceaccount.IAMMember(
    `${name}-acts-as`,
    { serviceAccountId: account.name, role: USER_ROLE, member },
    child,
  );
}

/** Member that is the Kubernetes ServiceAccount itself. */
function principal(
  project: string,
  projectNumber: pulumi.Input<string> | undefined,
  namespace: pulumi.Input<string>,
  serviceAccountName: string,
): pulumi.Output<string> {
  const pool = pulumi.interpolate`projects/${projectNumber}/locations/global/workloadIdentityPools/${project}.svc.id.goog`;
  return pulumi.interpolate`principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${serviceAccountName}`;
}
