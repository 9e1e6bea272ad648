import type * as k8s from "@pulumi/kubernetes";

/** A Deployment as a component builds it. Its fields are values, not Outputs, down to those that you pass as Outputs. */
export interface BuiltDeployment extends k8s.apps.v1.DeploymentArgs {
  /** Labels and namespace. */
  metadata: k8s.types.input.meta.v1.ObjectMeta;
  /** Everything else. */
  spec: k8s.types.input.apps.v1.DeploymentSpec;
}

/** A StatefulSet as a component builds it, like `BuiltDeployment`. */
export interface BuiltStatefulSet extends k8s.apps.v1.StatefulSetArgs {
  /** Name, labels, annotations and namespace. */
  metadata: k8s.types.input.meta.v1.ObjectMeta;
  /** Everything else. */
  spec: k8s.types.input.apps.v1.StatefulSetSpec;
}

/** A Job as a component builds it, like `BuiltDeployment`. */
export interface BuiltJob extends k8s.batch.v1.JobArgs {
  /** Labels, annotations and namespace. */
  metadata: k8s.types.input.meta.v1.ObjectMeta;
  /** Everything else. */
  spec: k8s.types.input.batch.v1.JobSpec;
}

// Interfaces with a call signature, because the schema of the Pulumi plugin has no function types.

/** Receives the arguments of a Deployment, and returns them with changes. */
export interface DeploymentTransform {
  (args: BuiltDeployment): k8s.apps.v1.DeploymentArgs;
}

/** Receives the arguments of a StatefulSet, and returns them with changes. */
export interface StatefulSetTransform {
  (args: BuiltStatefulSet): k8s.apps.v1.StatefulSetArgs;
}

/** Receives the arguments of a Job, and returns them with changes. */
export interface JobTransform {
  (args: BuiltJob): k8s.batch.v1.JobArgs;
}

/** Functions that change what a component with a Deployment creates. TypeScript programs only. */
export interface TransformedDeployment {
  /** Changes the Deployment. The function gets a copy of its arguments; it must return them. It may add anything, and
   * change what no guarantee depends on. A change of selectors, strategy, probes, grace period, security,
   * anti-affinity, or of the component's own labels, variables, volumes and command is refused with the reason.
   * @default none
   * @example
   * ```ts
   * transform: {
   *   deployment: (args) => ({ ...args, spec: { ...args.spec, revisionHistoryLimit: 2 } }),
   * }
   * ``` */
  deployment?: DeploymentTransform;
}

/** Functions that change what `RabbitMqCluster` creates. TypeScript programs only. */
export interface TransformedStatefulSet {
  /** Changes the StatefulSet of the broker nodes, as `TransformedDeployment.deployment` changes a Deployment.
   * @default none */
  statefulSet?: StatefulSetTransform;
}

/** Functions that change what `CeleryJob` creates. TypeScript programs only. */
export interface TransformedJob {
  /** Changes the Job, as `TransformedDeployment.deployment` changes a Deployment.
   * @default none */
  job?: JobTransform;
}
