import { cacheDir, PREFIX } from "../paths";
import { missing, nodePrograms, pulumi } from "./binaries";
import { diskProblem } from "./disk";
import { planDocker } from "./docker";
import { GO_BUILD_GB, goProblem } from "./go";
import { type Host, thisHost } from "./host";
import { lastLine } from "./logged";
import { havePulumi } from "./pulumi";

/** Disk space for Docker's images and the volumes of one cluster. */
const DOCKER_GB = 5;

/** Returns every problem that would make `make up` fail on this machine, each with its fix. Changes nothing. */
export async function preflight(host: Host = thisHost): Promise<string[]> {
  const unsupported = platformProblem(host);
  if (unsupported) return [unsupported];
  const toBuild = [
    ...(await missing(nodePrograms)),
    ...((await havePulumi(host)) ? [] : await missing([pulumi])),
  ];
  const plan = await planDocker(host);
  const problems = [plan.step === "blocked" ? plan.problem : undefined];
  if (plan.step !== "use") {
    problems.push(
      await diskProblem("/var/lib/docker", DOCKER_GB, "Docker with the images of the local cluster"),
    );
  }
  if (toBuild.length > 0) {
    problems.push(await goProblem(toBuild, host));
    problems.push(await diskProblem(cacheDir(), GO_BUILD_GB, "building the toolchain"));
  }
  // Without Docker the check cannot tell which images can be pulled.
  if (plan.step === "use") problems.push(await baseImageProblem(host));
  return problems.filter((problem) => problem !== undefined);
}

function platformProblem({ platform, arch }: Host): string | undefined {
  if (platform === "linux" && ["x64", "arm64"].includes(arch)) return undefined;
  return (
    `The local cluster requires Linux on x64 or arm64, but this is ${platform} on ${arch}. ` +
    "Use a Linux machine or virtual machine, or an existing cluster: set kubeContext in Pulumi.local.yaml"
  );
}

/**
 * Returns a problem if the base images can neither be pulled nor built. Building uses debootstrap, which requires
 * root.
 */
async function baseImageProblem(host: Host): Promise<string | undefined> {
  if (host.isRoot && (host.find("debootstrap") || host.find("apt-get"))) return undefined;
  const { stdout: present } = await host.run("docker", ["image", "ls", "--quiet", `${PREFIX}-node`]);
  if (present !== "") return undefined;
  const image = "debian:trixie-slim";
  const inspected = await host.run("docker", ["manifest", "inspect", image], { timeoutSeconds: 20 });
  if (inspected.exitCode === 0) return undefined;
  const remedy = host.isRoot
    ? "Install debootstrap with your package manager"
    : "Run this command as root, on a machine with debootstrap or apt-get";
  return `The image ${image} cannot be pulled (${lastLine(inspected.stderr) || "no response within 20 s"}), and building the base images without it requires root and debootstrap. ${remedy}`;
}
