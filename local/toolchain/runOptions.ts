export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  timeoutSeconds?: number;
}
