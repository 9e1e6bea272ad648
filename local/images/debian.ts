import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../operate/errors";
import type { Report } from "../report";
import { APT } from "../toolchain/dockerInstall";
import { type Host, thisHost } from "../toolchain/host";
import { runLogged } from "../toolchain/logged";
import { docker } from "./docker";
import { workFolder } from "./work";

export type Suite = "bookworm" | "trixie" | "forky";

/** Builds a small Debian image from the package mirror alone, and tags it when it is complete. */
export async function makeDebianImage(
  suite: Suite,
  image: string,
  report: Report,
  host: Host = thisHost,
): Promise<void> {
  await requireDebootstrap(host, report);
  const mirror = await hostMirror(host);
  report(`building ${image} with debootstrap${mirror && ` from ${mirror}`}`);
  const root = await mkdtemp(join(workFolder(), `debootstrap-${suite}-`));
  // A suite that is newer than debootstrap itself uses the script of sid.
  const scripts = "/usr/share/debootstrap/scripts";
  const script = (await exists(join(scripts, suite))) ? suite : "sid";
  // Runs in its own mount namespace, so that a killed run leaves no /proc mounted under the folder.
  const args = [
    ...["--mount", "--propagation=private", "debootstrap", "--variant=minbase"],
    ...[suite, root, mirror, join(scripts, script)],
  ];
  await runLogged(`debootstrap ${suite}`, "unshare", args, {}, report);
  await prepareRoot(root, await hostAptSettings(host));
  // Tagged only now, because `docker import` accepts a stream that a killed tar cut off.
  await docker(host, "tag", await importRoot(root), image);
  await rm(root, { recursive: true, force: true });
}

async function requireDebootstrap(host: Host, report: Report): Promise<void> {
  if (!host.isRoot) {
    throw new UserError(
      "Docker cannot pull from an image registry, and building base images from Debian packages instead requires root.\n" +
        "Give Docker access to a registry (docker pull debian:trixie-slim shows the problem), or run this command as root.",
    );
  }
  if (host.find("debootstrap")) return;
  if (!host.find("apt-get")) {
    throw new UserError(
      "debootstrap is missing, and there is no apt-get to install it. Install your distribution's debootstrap package.",
    );
  }
  report("installing debootstrap");
  await runLogged("apt update", APT, ["update"], {}, report);
  const packages = ["debootstrap", "debian-archive-keyring"];
  const args = ["install", "--yes", "--no-install-recommends", ...packages];
  await runLogged("apt install debootstrap", APT, args, {}, report);
}

/** Returns the Debian mirror of the host's apt; empty if there is none, so that debootstrap uses its default. */
export async function hostMirror(host: Host): Promise<string> {
  const format = "--format=$(LABEL) $(SITE)";
  const { stdout } = await host.run("apt-get", ["indextargets", format, "Created-By: Packages"]);
  const site = stdout
    .split("\n")
    .find((line) => /^Debian https?:/.test(line))
    ?.split(" ")[1];
  return site ?? "";
}

async function prepareRoot(root: string, aptSettings: string): Promise<void> {
  await Promise.all(
    ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"].map(
      (folder) => rm(join(root, folder), { recursive: true, force: true }),
    ),
  );
  await mkdir(join(root, "var/lib/apt/lists"), { recursive: true });
  await mkdir(join(root, "var/cache/apt/archives/partial"), { recursive: true });
  await writeFile(
    join(root, "etc/dpkg/dpkg.cfg.d/small-image"),
    ["doc", "man", "locale"].map((folder) => `path-exclude /usr/share/${folder}/*\n`).join(""),
  );
  // apt's parsed indexes are larger than Python, and apt rebuilds them at every use anyway.
  const noCaches = 'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n';
  await writeFile(join(root, "etc/apt/apt.conf.d/90small-image"), noCaches);
  await writeFile(join(root, "etc/apt/apt.conf.d/90host"), aptSettings);
  await copyHostCertificates(root);
}

/** Returns the host's apt settings for proxies and outdated mirrors, which builds in the image also need. */
async function hostAptSettings(host: Host): Promise<string> {
  const names = ["Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-Valid-Until"];
  const { exitCode, stdout } = await host.run("apt-config", ["dump", '--format=%f "%v";%n', ...names]);
  return exitCode === 0 ? `${stdout}\n` : "";
}

/** Copies the host's trusted certificates, in a way that survives when ca-certificates rebuilds its bundle. */
async function copyHostCertificates(root: string): Promise<void> {
  const bundles = [
    process.env.SSL_CERT_FILE,
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
  ];
  for (const bundle of bundles) {
    const text = bundle ? await readFile(bundle, "utf8").catch(() => "") : "";
    const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
    if (!certificates) continue;
    const folder = join(root, "usr/local/share/ca-certificates");
    await mkdir(folder, { recursive: true });
    const files = [...new Set(certificates)].map((certificate, index) =>
      writeFile(join(folder, `host-${index}.crt`), `${certificate}\n`),
    );
    await Promise.all(files);
    await mkdir(join(root, "etc/ssl/certs"), { recursive: true });
    await writeFile(join(root, "etc/ssl/certs/ca-certificates.crt"), text);
    return;
  }
}

/** Imports a file system as an image, and returns the image's id. */
async function importRoot(root: string): Promise<string> {
  const tar = execa("tar", ["--create", "--numeric-owner", "--directory", root, "."], { buffer: false });
  const importing = execa("docker", ["import", "-"], { stdin: tar.stdout ?? undefined });
  const [{ stdout }] = await Promise.all([importing, tar]);
  return stdout.trim();
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
