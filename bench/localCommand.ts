import { execa, type ExecaChildProcess, type Options } from "execa";
import { REPOSITORY } from "../local/paths";

/** Runs a command of the local target as a user would: a process can run the Pulumi program only once. */
export const localCommand = (args: readonly string[], options: Options): ExecaChildProcess =>
  execa(process.execPath, ["local/start.mts", "main", ...args], { ...options, cwd: REPOSITORY });
