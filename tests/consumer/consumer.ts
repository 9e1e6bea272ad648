import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { REPOSITORY } from "../../local/paths";
import { NO_COLOR } from "../cluster/noColor";
import { type PackedFile, packLibrary } from "./packedLibrary";

/** Packages that a program must install next to the library. */
export const PEERS = Object.keys((readJson("package.json") as { peerDependencies: object }).peerDependencies);

/** Outputs of a program's stack, by name. */
export type Outputs = Record<string, { value: unknown; secret: boolean }>;

type Operation = "up" | "preview" | "destroy";

/** A folder outside the repository whose programs use the packed library, installed from its tarball. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-consumer-"));
  /** Files of the packed library. */
  files: PackedFile[] = [];
  /** Path of the packed library. */
  tarball = "";

  /** Packs the library, copies the programs, and installs their packages in the versions of our lockfile. */
  async make(): Promise<void> {
    ({ tarball: this.tarball, files: this.files } = await packLibrary(this.folder));
    const copy = (from: string, to: string) =>
      cpSync(join(REPOSITORY, from), join(this.folder, to), { recursive: true });
    copy("examples/typescript", "orders");
    copy("examples/django", "django");
    copy("examples/python", "roads");
    copy("tests/consumer/images", "images");
    copy("tests/consumer/broker", "broker");
    copy("tests/consumer/run.ts", "run.ts");
    this.write("tsconfig.json", JSON.stringify({ extends: "./orders/tsconfig.json", include: ["."] }));
    const dependencies = { ...lockedVersions(), "ha-celery": `file:${this.tarball}` };
    this.write("package.json", JSON.stringify({ private: true, dependencies }));
    await this.run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]);
  }

  /** Runs a command in the folder of a program and returns its output. */
  async run(command: string, args: string[], program = "."): Promise<string> {
    const bin = join(this.folder, "node_modules", ".bin");
    const { stdout } = await execa(command, args, {
      cwd: join(this.folder, program),
      env: { PATH: `${bin}:${process.env.PATH}`, ...NO_COLOR },
    });
    return stdout;
  }

  /** Runs a Pulumi operation on a program, and prints how long it took. */
  async pulumi(operation: Operation, program: string, env: Record<string, string>): Promise<Outputs> {
    const started = Date.now();
    const args = ["--import=tsx", join(this.folder, "run.ts"), this.projectOf(program), operation];
    const { stdout, stderr, failed } = await execa("node", args, {
      reject: false,
      cwd: join(this.folder, program),
      env: { ...env, PULUMI_BACKEND_URL: `file://${this.folder}`, PULUMI_CONFIG_PASSPHRASE: "a passphrase" },
    });
    if (failed) throw new Error(`${operation} ${program} failed:\n${stderr}`);
    console.log(`      ${operation} ${program}: ${Math.round((Date.now() - started) / 1000)} s`);
    return JSON.parse(stdout) as Outputs;
  }

  /** Writes the configuration of a program's stack. */
  configure(program: string, values: Record<string, unknown>): void {
    const project = this.projectOf(program);
    const config = Object.entries(values).map(([key, value]) => [`${project}:${key}`, value]);
    // JSON is valid YAML.
    this.write(join(program, "Pulumi.test.yaml"), JSON.stringify({ config: Object.fromEntries(config) }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(path: string, content: string): void {
    writeFileSync(join(this.folder, path), content);
  }

  /** Name of a program's Pulumi project. */
  private projectOf(program: string): string {
    const text = readFileSync(join(this.folder, program, "Pulumi.yaml"), "utf8");
    return /^name: (.+)$/m.exec(text)?.[1] ?? "";
  }
}

/** Returns the peer dependencies of the library and the tools of the example, in the versions of our lockfile. */
function lockedVersions(): Record<string, string> {
  const { packages } = readJson("package-lock.json") as { packages: Record<string, { version: string }> };
  const { devDependencies } = readJson("examples/typescript/package.json") as { devDependencies: object };
  const names = [...PEERS, ...Object.keys(devDependencies)];
  return Object.fromEntries(
    names.map((name) => [name, packages[`node_modules/${name}`]?.version ?? "missing"]),
  );
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(REPOSITORY, path), "utf8"));
}
