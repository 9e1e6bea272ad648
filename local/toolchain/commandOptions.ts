/** Options of a command that the toolchain runs. */
export interface CommandOptions {
  env?: Record<string, string>;
  cwd?: string;
  timeoutSeconds?: number;
}
