import type * as pulumi from "@pulumi/pulumi";

/** Arguments of `GoogleIdentity`. */
export interface GoogleIdentityArgs {
  /** ID of the Google Cloud project of the cluster. Changing it replaces all resources. */
  project: string;
  /** Namespace of the pods. Changing it replaces the ServiceAccount and its grants. */
  namespace: pulumi.Input<string>;
  /** Name of the Kubernetes ServiceAccount that the component creates, unique in the namespace. Changing it replaces
   * the ServiceAccount and its grants; pods get the new one with a rollout.
   * @default the component's name */
  serviceAccountName?: string;
  /** Number of the project, as `gcloud projects describe PROJECT --format="value(projectNumber)"` prints it. Roles are
   * then granted to the Kubernetes ServiceAccount directly, without a Google service account. A few Google services do
   * not know such members: https://cloud.google.com/iam/docs/federated-identity-supported-services. Setting or
   * removing it replaces the grants, so `member` changes.
   * @default a Google service account, which the ServiceAccount acts as */
  projectNumber?: pulumi.Input<string>;
  /** Roles in the whole project, such as `roles/cloudtrace.agent`. Grant roles on single resources to `member` instead.
   * In place.
   * @default none */
  roles?: string[];
  /** Whether to enable the IAM APIs in the project. They stay enabled.
   * @default true */
  enableApis?: boolean;
}
