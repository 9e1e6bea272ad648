import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The keys of a Secret of type kubernetes.io/tls. */
export interface Certificate {
  "tls.crt": string;
  "tls.key": string;
  "ca.crt": string;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];

/** A certificate authority, created with the commands of docs/how-to/tls.md. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-tls-"));

  constructor() {
    this.openssl("ca", "-subj=/CN=ha-celery", "-addext=keyUsage=critical,keyCertSign,cRLSign");
  }

  get certificate(): string {
    return this.read("ca.crt");
  }

  /** Issues a new certificate for host names. */
  issue(...hosts: string[]): Certificate {
    const names = hosts.map((host) => `DNS:${host}`).join(",");
    this.openssl(
      "tls",
      ...["-CA=ca.crt", "-CAkey=ca.key", "-subj=/CN=broker"],
      ...[`-addext=subjectAltName=${names}`, "-addext=basicConstraints=critical,CA:FALSE"],
    );
    return { "tls.crt": this.read("tls.crt"), "tls.key": this.read("tls.key"), "ca.crt": this.certificate };
  }

  /** Issues a certificate that was valid for the first two days of 2026 only. */
  issueExpired(...hosts: string[]): Certificate {
    const names = hosts.map((host) => `DNS:${host}`).join(",");
    // `openssl req` accepts no dates.
    const settings = [
      ...[
        "[ca]",
        "default_ca = authority",
        "[authority]",
        "database = index.txt",
        "serial = serial",
        "policy = any",
        "[any]",
        "commonName = supplied",
      ],
      ...["[extensions]", `subjectAltName = ${names}`, "basicConstraints = critical,CA:FALSE"],
    ];
    writeFileSync(join(this.folder, "expired.cnf"), `${settings.join("\n")}\n`);
    writeFileSync(join(this.folder, "index.txt"), "");
    this.run("req", "-new", ...KEY, "-subj", "/CN=broker", "-keyout", "expired.key", "-out", "expired.csr");
    const dates = ["-startdate", "20260101000000Z", "-enddate", "20260103000000Z"];
    this.run(
      ...["ca", "-batch", "-config", "expired.cnf", "-extensions", "extensions", ...dates],
      ...["-cert", "ca.crt", "-keyfile", "ca.key", "-md", "sha256", "-create_serial", "-outdir", "."],
      ...["-notext", "-in", "expired.csr", "-out", "expired.crt"],
    );
    return {
      "tls.crt": this.read("expired.crt"),
      "tls.key": this.read("expired.key"),
      "ca.crt": this.certificate,
    };
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Runs openssl with options of the form `-name=value`. */
  private openssl(file: string, ...options: string[]): void {
    const pairs = options.flatMap((option) => {
      const at = option.indexOf("=");
      return [option.slice(0, at), option.slice(at + 1)];
    });
    this.run(
      "req",
      ...["-x509", ...KEY, "-days", "60", "-keyout", `${file}.key`, "-out", `${file}.crt`, ...pairs],
    );
  }

  private run(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }

  private read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }
}
