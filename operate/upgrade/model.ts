import type { V1Node, V1PodDisruptionBudget, V1StatefulSet } from "@kubernetes/client-node";
import type { WorkerVersions } from "../cluster/workerVersions";
import type { InstallationStatus } from "../status/model";
import type { PulumiPackage } from "./pulumiPackages";

/** Result of `ha-celery upgrade check`, as `--json` prints it. */
export interface UpgradeCheck {
  readonly context: string;
  readonly namespace: string;
  /** Name of the broker's StatefulSet. */
  readonly name: string;
  readonly versions: Versions;
  /** What stands in the way, and what to know; the former first. */
  readonly findings: readonly Finding[];
}

/** Something that an upgrade depends on. */
export interface Finding {
  /** What it concerns. `any`: no upgrade should begin. */
  readonly of: "any" | "rabbitmq" | "kubernetes" | "celery" | "pulumi";
  /** The upgrade would fail, stop on its way, or cost availability. Otherwise it is only good to know. */
  readonly blocks: boolean;
  readonly text: string;
  /** A command, or what to do. */
  readonly cure: string;
}

/** Versions that run, sorted. */
export interface Versions {
  readonly rabbitmq: readonly string[];
  /** Of the control plane. */
  readonly kubernetes: string;
  readonly kubelets: readonly string[];
  readonly workers: readonly WorkerVersions[];
  /** Of beat. */
  readonly beats: readonly WorkerVersions[];
  /** Of jobs that run. */
  readonly jobs: readonly WorkerVersions[];
  /** Of the Pulumi program in the current folder. Empty if there is none, or if it is not written for Node.js. */
  readonly pulumi: readonly PulumiPackage[];
}

/** A deprecated feature of RabbitMQ. */
export interface DeprecatedFeature {
  readonly name: string;
  /** `permitted_by_default`, `denied_by_default`, `disconnected`, or `removed`. */
  readonly phase: string;
  /** Page that describes it. Empty if there is none. */
  readonly page: string;
}

/** What the check looks at. */
export interface UpgradeFacts {
  readonly status: InstallationStatus;
  readonly set: V1StatefulSet | undefined;
  readonly nodes: readonly V1Node[];
  /** Version of the control plane, such as v1.34.2. */
  readonly kubernetes: string;
  /** Of the namespace. */
  readonly budgets: readonly V1PodDisruptionBudget[];
  /** Undefined if no broker answers. */
  readonly deprecated: readonly DeprecatedFeature[] | undefined;
  /** Pods of brokers that are in maintenance mode. */
  readonly drained: readonly string[];
  readonly workers: readonly WorkerVersions[];
  readonly beats: readonly WorkerVersions[];
  readonly jobs: readonly WorkerVersions[];
  /** Pools and beats whose versions could not be read, and why. */
  readonly unknownPools: readonly { readonly pool: string; readonly reason: string }[];
  readonly pulumi: readonly PulumiPackage[];
}
