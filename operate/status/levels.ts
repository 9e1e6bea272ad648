import type { ManagementApi } from "../cluster/management";
import type { Level } from "./model";

/** How far a broker is from its alarms. Undefined while it does not run. */
export interface Levels {
  readonly memory?: Level;
  readonly disk?: Level;
  readonly alarms: readonly string[];
}

interface NodeOfApi {
  readonly name: string;
  readonly mem_used?: number;
  readonly mem_limit?: number;
  readonly mem_alarm?: boolean;
  readonly disk_free?: number;
  readonly disk_free_limit?: number;
  readonly disk_free_alarm?: boolean;
}

const COLUMNS = "name,mem_used,mem_limit,mem_alarm,disk_free,disk_free_limit,disk_free_alarm";

/** Returns the levels by member, `rabbit@...`. */
export async function readLevels(management: ManagementApi): Promise<Map<string, Levels>> {
  const nodes = await management.get<NodeOfApi[]>(`/nodes?columns=${COLUMNS}`);
  return new Map(
    nodes.map((node) => [
      node.name,
      {
        memory: levelOf(node.mem_used, node.mem_limit),
        disk: levelOf(node.disk_free, node.disk_free_limit),
        alarms: [...(node.mem_alarm ? ["memory"] : []), ...(node.disk_free_alarm ? ["disk"] : [])],
      },
    ]),
  );
}

const levelOf = (bytes: number | undefined, limit: number | undefined): Level | undefined =>
  bytes === undefined || limit === undefined ? undefined : { bytes, limit };
