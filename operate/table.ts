import Table, { type TableConstructorOptions } from "cli-table3";

/**
 * Creates a table without the colors that cli-table3 adds to heads and borders even where output is not a terminal.
 */
export const newTable = (options: TableConstructorOptions): InstanceType<typeof Table> =>
  new Table({ ...options, style: { ...options.style, head: [], border: [] } });
