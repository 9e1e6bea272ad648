import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The keys of a Secret of type kubernetes.io/tls. */
export interface Certificate {
  "tls.crt": string;
  "tls.key": string;
  "ca.crt": string;
}

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

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Runs openssl with options of the form `-name=value`. */
  private openssl(file: string, ...options: string[]): void {
    const pairs = options.flatMap((option) => {
      const at = option.indexOf("=");
      return [option.slice(0, at), option.slice(at + 1)];
    });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    execFileSync(
      "openssl",
      ["req", "-x509", ...key, "-days", "2", "-keyout", `${file}.key`, "-out", `${file}.crt`, ...pairs],
      { cwd: this.folder, stdio: "pipe" },
    );
  }

  private read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }
}
