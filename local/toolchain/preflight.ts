import { cacheDir, PREFIX } from "../paths";
import { missing, nodePrograms, pulumi } from "./binaries";
import { diskProblem } from "./disk";
import { planDocker } from "./docker";
import { GO_BUILD_GB, goProblem } from "./go";
import { type Host, thisHost } from "./host";
import { lastLine } from "./logged";
import { havePulumi } from "./pulumi";

/** Docker's images and the volumes of one cluster. */
const DOCKER_GB = 5;

/** Everything that would stop `make up` on this machine, found before anything is changed; each with its remedy. */
export async function preflight(host: Host = thisHost): Promise<string[]> {
  const unsupported = platformProblem(host);
  if (unsupported) return [unsupported];
  const toBuild = [
    ...(await missing(nodePrograms)),
    ...((await havePulumi(host)) ? [] : await missing([pulumi])),
  ];
  const plan = await planDocker(host);
  const problems = [plan.step === "ask" ? plan.problem : undefined];
  if (plan.step !== "use") {
    problems.push(
      await diskProblem("/var/lib/docker", DOCKER_GB, "Docker with the images of the local cluster"),
    );
  }
  if (toBuild.length > 0) {
    problems.push(await goProblem(toBuild, host));
    problems.push(await diskProblem(cacheDir(), GO_BUILD_GB, "building the toolchain"));
  }
  // Without Docker nobody can tell which images can be had.
  if (plan.step === "use") problems.push(await baseImageProblem(host));
  return problems.filter((problem) => problem !== undefined);
}

function platformProblem({ platform, arch }: Host): string | undefined {
  if (platform === "linux" && ["x64", "arm64"].includes(arch)) return undefined;
  return (
    `The local cluster runs on Linux on x64 or arm64, and this is ${platform} on ${arch}. ` +
    "Use a Linux machine or virtual machine, or name a cluster of yours: kubeContext in Pulumi.local.yaml"
  );
}

/** The base images are pulled, or made by root with debootstrap where no registry can be reached. */
async function baseImageProblem(host: Host): Promise<string | undefined> {
  if (host.isRoot && (host.find("debootstrap") || host.find("apt-get"))) return undefined;
  const { stdout: present } = await host.run("docker", ["image", "ls", "--quiet", `${PREFIX}-node`]);
  if (present !== "") return undefined;
  const image = "debian:trixie-slim";
  const inspected = await host.run("docker", ["manifest", "inspect", image], { timeoutSeconds: 20 });
  if (inspected.exitCode === 0) return undefined;
  const remedy = host.isRoot
    ? "Install debootstrap with your package manager"
    : "Run this as root, on a machine with debootstrap or apt-get";
  return `The image ${image} cannot be pulled (${lastLine(inspected.stderr) || "no answer within 20 s"}), and without it the base images are made by root with debootstrap. ${remedy}`;
}
