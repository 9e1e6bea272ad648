import type { Command } from "commander";
import { numberOption } from "./numberOption";

/** Options of commands that serve a page. */
export interface ServerOptions {
  readonly port?: number;
  readonly open: boolean;
}

export const addServerOptions = (command: Command): Command =>
  command
    .option(
      "--port <number>",
      "port on 127.0.0.1 (default: any that is free)",
      numberOption({ integer: true, max: 65_535 }),
    )
    .option("--no-open", "print the address, but do not open the browser");
