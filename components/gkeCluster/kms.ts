import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { EncryptionScope } from "./choices";
import type { ResolvedCluster } from "./resolve";

/** Lets Google's service agents use a key, and nothing else of it. */
const KEY_ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
const DAY_SECONDS = 86_400;

/** Key of a cluster, and the grants without which Google cannot use it. */
export interface ClusterKey {
  id: pulumi.Input<string>;
  grants: pulumi.Resource[];
}

/** The existing key in the arguments, or a new one; undefined if Google's keys encrypt everything. */
export function clusterKey(
  gke: ResolvedCluster,
  child: pulumi.CustomResourceOptions,
): ClusterKey | undefined {
  if (gke.encryption.scope === EncryptionScope.Google) return undefined;
  const id = gke.encryption.key ?? createKey(gke, child);
  return { id, grants: grantUse(gke, id, child) };
}

/** Key of the boot disks. */
export function diskKey(gke: ResolvedCluster, key: ClusterKey | undefined): pulumi.Input<string> | undefined {
  return gke.encryption.scope === EncryptionScope.Disks ? key?.id : undefined;
}

function createKey(
  { name, project, region, labels, encryption }: ResolvedCluster,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  // Deleting a key destroys its versions, and with them the disks and backups that outlive the cluster.
  const options = { ...child, retainOnDelete: true };
  const ring = new gcp.kms.KeyRing(`${name}-keys`, { project, location: region }, options);
  const key = new gcp.kms.CryptoKey(
    `${name}-key`,
    {
      keyRing: ring.id,
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: `${encryption.rotationDays * DAY_SECONDS}s`,
      labels,
    },
    options,
  );
  return key.id;
}

function grantUse(
  { name, project, encryption }: ResolvedCluster,
  cryptoKeyId: pulumi.Input<string>,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const gkeAgent = new gcp.projects.ServiceIdentity(
    `${name}-gke-agent`,
    { project, service: "container.googleapis.com" },
    child,
  );
  // Another key replaces the grants, which the component's own option `protect` would block.
  const replaced = { ...child, protect: false };
  const grant = (
    user: string,
    member: pulumi.Input<string>,
    options: pulumi.CustomResourceOptions = replaced,
  ) =>
    new gcp.kms.CryptoKeyIAMMember(`${name}-key-${user}`, { cryptoKeyId, role: KEY_ROLE, member }, options);
  const secrets = grant("secrets", gkeAgent.member);
  if (encryption.scope !== EncryptionScope.Disks) return [secrets];
  // Volumes keep their key: without the grant, they could not be attached after another scope or key is chosen.
  const retained = { ...replaced, retainOnDelete: true };
  return [secrets, grant("disks", gkeAgent.email.apply(computeAgent), retained)];
}

/** Member of the service agent of Compute Engine in the project of a service agent. */
export function computeAgent(gkeAgent: string): string {
  return `serviceAccount:${gkeAgent.replace(/@.*/, "")}@compute-system.iam.gserviceaccount.com`;
}
