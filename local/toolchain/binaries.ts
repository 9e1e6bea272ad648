import type { Report } from "../report";
import { ensureArtifact, hasArtifact } from "./cache";
import { dropGoCaches, goArtifact, type GoProgram } from "./go";

const KUBERNETES_VERSION = "v1.34.2";
const kubernetesVersion = "k8s.io/component-base/version";

export const pause: GoProgram = {
  name: "pause",
  title: "the pause process",
  module: "node",
  package: "./pause",
  minutes: 1,
};

export const kubernetes: GoProgram = {
  name: "kubernetes",
  title: `Kubernetes ${KUBERNETES_VERSION}`,
  module: "node",
  package: "./kubernetes",
  variables: {
    [`${kubernetesVersion}.gitVersion`]: KUBERNETES_VERSION,
    [`${kubernetesVersion}.gitMajor`]: "1",
    [`${kubernetesVersion}.gitMinor`]: "34",
    [`${kubernetesVersion}.gitTreeState`]: "clean",
  },
  minutes: 7,
};

export const coredns: GoProgram = {
  name: "coredns",
  title: "CoreDNS 1.12.4",
  module: "node",
  package: "./coredns",
  minutes: 1,
};

export const pulumi: GoProgram = {
  name: "pulumi",
  title: "the Pulumi CLI 3.245.0",
  file: "bin/pulumi",
  module: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.245.0" },
  minutes: 5,
};

export interface Binaries {
  kubernetes: string;
  coredns: string;
  pause: string;
}

/** The programs of a node. CoreDNS is built after Kubernetes, with which it shares most modules. */
export const nodePrograms = [pause, kubernetes, coredns];

/** Returns the paths of a node's programs. Builds those that are missing in the cache. */
export async function ensureBinaries(report: Report): Promise<Binaries> {
  const binaries = {
    pause: await ensureArtifact(goArtifact(pause, report), report),
    kubernetes: await ensureArtifact(goArtifact(kubernetes, report), report),
    coredns: await ensureArtifact(goArtifact(coredns, report), report),
  };
  await dropGoCaches([...nodePrograms, pulumi], report);
  return binaries;
}

/** Returns the programs that are missing in the cache. */
export async function missing(programs: GoProgram[]): Promise<GoProgram[]> {
  const present = await Promise.all(
    programs.map((program) => hasArtifact(goArtifact(program, () => undefined))),
  );
  return programs.filter((_, index) => !present[index]);
}
