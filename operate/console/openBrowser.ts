import { spawn } from "node:child_process";

/** Opens the user's browser, if this machine has a desktop. The printed address works in any case. */
export function openBrowser(url: string): void {
  const [command, ...args] = browserCommand(process.platform, process.env) ?? [];
  if (command === undefined) return;
  spawn(command, [...args, url], { detached: true, stdio: "ignore" })
    .on("error", () => undefined)
    .unref();
}

/** Returns the command that opens an address. Undefined without a desktop. */
export function browserCommand(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] | undefined {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["cmd", "/c", "start", ""];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open"] : undefined;
}
