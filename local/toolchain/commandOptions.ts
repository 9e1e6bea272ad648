export interface CommandOptions {
  env?: Record<string, string>;
  cwd?: string;
  timeoutSeconds?: number;
}
