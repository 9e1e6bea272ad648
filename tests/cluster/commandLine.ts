import { execa, type ExecaChildProcess } from "execa";
import type { LocalCluster } from "../../local/cluster/localCluster";
import { REPOSITORY } from "../../local/paths";
import { ensureBinaries } from "../../local/toolchain";
import { type ClusterAccess, kubeconfigAccess } from "../../operate/cli/clusterAccess";
import { createProgram } from "../../operate/cli/program";
import { exitCodeOf } from "../../operate/cli/runProgram";
import { messageOf } from "../../operate/errors";

/** Result of a command. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ha-celery` in this process, which takes less time than a process of its own. */
export async function runHaCelery(access: ClusterAccess, ...words: string[]): Promise<Output> {
  const { log, error } = console;
  const [stdout, stderr]: [string[], string[]] = [[], []];
  console.log = (text: string) => stdout.push(text);
  console.error = (text: string) => stderr.push(text);
  let code = 0;
  try {
    await createProgram(access).parseAsync(words, { from: "user" });
    code = Number(process.exitCode ?? 0);
  } catch (failure) {
    code = exitCodeOf(failure);
    stderr.push(messageOf(failure));
  } finally {
    Object.assign(console, { log, error });
    process.exitCode = undefined;
  }
  return { code, stdout: stdout.join("\n"), stderr: stderr.join("\n") };
}

/**
 * Collects the output of a command from now on. By itself, execa begins when somebody waits for the command, and has no
 * output if it has ended before.
 */
export function collected(command: ExecaChildProcess): ExecaChildProcess {
  void command.then(() => undefined);
  return command;
}

/** Commands for the installation in a namespace of a cluster, as a person runs them. */
export class InstallationCommands {
  private readonly where: readonly string[];

  constructor(
    private readonly cluster: Pick<LocalCluster, "kubeconfigPath" | "context">,
    namespace: string,
  ) {
    const { kubeconfigPath, context } = cluster;
    this.where = ["--kubeconfig", kubeconfigPath, "--context", context, "--namespace", namespace];
  }

  haCelery(...words: string[]): Promise<Output> {
    return runHaCelery(kubeconfigAccess, ...words, ...this.where);
  }

  /** Runs a command that must succeed, and returns what `--json` prints. */
  async json<Result>(...words: string[]): Promise<Result> {
    const { code, stdout, stderr } = await this.haCelery(...words, "--json");
    if (code !== 0) throw new Error(`${words.join(" ")} exited with ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as Result;
  }

  /** Starts a command in a process of its own, which can be killed. */
  spawn(...words: string[]): ExecaChildProcess {
    const args = ["--import=tsx", "operate/cli/main.ts", ...words, ...this.where];
    return collected(execa(process.execPath, args, { cwd: REPOSITORY, reject: false }));
  }

  /** Runs a printed command of kubectl. */
  async kubectl(command: string): Promise<void> {
    const [program, ...args] = command.split(" ");
    if (program !== "kubectl") throw new Error(`no command of kubectl: ${command}`);
    const { kubernetes } = await ensureBinaries(() => undefined);
    await execa(kubernetes, ["kubectl", `--kubeconfig=${this.cluster.kubeconfigPath}`, ...args]);
  }
}
