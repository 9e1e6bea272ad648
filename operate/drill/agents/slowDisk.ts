import type { V1Pod } from "@kubernetes/client-node";
import { UserError } from "../../errors";
import { nameOf } from "../../cluster/objects";
import type { Nodes } from "../../cluster/nodes";
import { Fault } from "../guard/marks";
import { processesScript } from "./processes";
import { quoted } from "./quoted";

/** A directory of a container, and how slow its disk becomes. */
export interface SlowDisk {
  readonly container: string;
  /** Mount point of the volume in the container. */
  readonly folder: string;
  /** Write requests to the disk, of all files together. */
  readonly writesPerSecond: number;
}

/** Limits what a container may write to the disk of a volume, by its cgroup. Other pods keep their speed. */
export async function slowDown(nodes: Nodes, pod: V1Pod, disk: SlowDisk): Promise<void> {
  const problem = await nodes.change(pod, {
    fault: Fault.SlowDisk,
    apply: limitScript(disk, String(disk.writesPerSecond)),
    undo: limitScript(disk),
  });
  if (problem)
    throw new UserError(
      `The writes of pod ${nameOf(pod)} to ${disk.folder} cannot be limited: ${problem.trim()}. Run another scene, such as stall.`,
    );
}

/** Removes the limit. Does nothing if there is none. */
export const speedUp = (nodes: Nodes, pod: V1Pod): Promise<void> => nodes.revert(pod, Fault.SlowDisk);

/** Script that sets or removes a container's limit. It prints why it cannot. */
function limitScript({ container, folder }: SlowDisk, limit = ""): string {
  // In the node's namespaces, cgroups can be changed, and their paths begin at the root.
  return `(
pid=$(${processesScript(container)} | head -n 1 | cut -d' ' -f2)
[ -n "$pid" ] || { echo "its container does not run"; exit; }
nsenter -t 1 -m -C -- sh -c ${quoted(LIMIT_IN_NODE)} sh "$pid" ${quoted(folder)} "${limit}"
)`;
}

/**
 * Script that limits the writes of a process's cgroup. Arguments: process, mount point, write requests per second
 * (empty for no limit), and the root of the file system.
 */
export const LIMIT_IN_NODE = `pid=$1 folder=$2 limit=$3 root=$4
fail() { echo "$1"; exit; }
device=$(awk -v folder="$folder" '$5 == folder {print $3}' "$root/proc/$pid/mountinfo" | tail -n 1)
[ -n "$device" ] && [ -e "$root/sys/dev/block/$device" ] || fail "no block device is mounted there"
# The kernel limits whole disks only.
[ ! -e "$root/sys/dev/block/$device/partition" ] || device=$(cat "$root/sys/dev/block/$device/../dev")
group=$(awk -F: '$2 ~ /(^|,)blkio(,|$)/ {print $3}' "$root/proc/$pid/cgroup")
if [ -n "$group" ]; then
  mount=$(awk '$3 == "cgroup" && $4 ~ /(^|,)blkio(,|$)/ {print $2}' "$root/proc/mounts" | head -n 1)
  file=$root$mount$group/blkio.throttle.write_iops_device
  line="$device \${limit:-0}"
else
  group=$(awk -F: '$1 == 0 {print $3}' "$root/proc/$pid/cgroup")
  mount=$(awk '$3 == "cgroup2" {print $2}' "$root/proc/mounts" | head -n 1)
  file=$root$mount$group/io.max
  line="$device wiops=\${limit:-max}"
fi
[ -e "$file" ] || fail "the node has no cgroup controller for disks ($file)"
echo "$line" > "$file" && exit
echo "the kernel refuses '$line' in $file"
# A limit that stays must not count as removed.
[ -n "$limit" ]`;
