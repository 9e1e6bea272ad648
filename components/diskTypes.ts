/** Disk type of Google Cloud. Persistent disks (`pd-...`) become faster as they grow. */
export const DiskType = {
  /** Hard disk, the cheapest. Enough for queued tasks, slow when a long backlog is read back. */
  Standard: "pd-standard",
  /** SSD, between the others in price and speed. */
  Balanced: "pd-balanced",
  /** SSD, the fastest persistent disk: the most publisher confirms per second. */
  Ssd: "pd-ssd",
  /** SSD of newer machines, as fast as an SSD at any size. IOPS and throughput above the included ones cost extra. */
  Hyperdisk: "hyperdisk-balanced",
} as const;
/** A value of the constant of the same name. */
export type DiskType = (typeof DiskType)[keyof typeof DiskType];

const PERSISTENT: readonly DiskType[] = [DiskType.Standard, DiskType.Balanced, DiskType.Ssd];
const HYPERDISK: readonly DiskType[] = [DiskType.Hyperdisk];
const MIXED: readonly DiskType[] = [DiskType.Balanced, DiskType.Ssd, DiskType.Hyperdisk];

/** Families that differ from their generation: up to the third, persistent disks; from the fourth on, Hyperdisks. */
const FAMILIES: Record<string, readonly DiskType[]> = {
  c3: MIXED,
  c3d: MIXED,
  z3: MIXED,
  m3: MIXED,
  a3: MIXED,
  h3: [DiskType.Balanced, DiskType.Hyperdisk],
};

const FIRST_HYPERDISK_GENERATION = 4;

/** Family of a machine type: `n4` of `n4-standard-4`. */
export function familyOf(machineType: string): string {
  return machineType.split("-")[0] ?? machineType;
}

/** Types that can be attached to a machine. */
export function diskTypesOf(machineType: string): readonly DiskType[] {
  const family = familyOf(machineType);
  const generation = Number(/\d+/.exec(family)?.[0] ?? 0);
  return FAMILIES[family] ?? (generation < FIRST_HYPERDISK_GENERATION ? PERSISTENT : HYPERDISK);
}

/** Disk for the system of a machine, and default of volumes. */
export function balancedDisk(machineType: string): DiskType {
  return first(machineType, DiskType.Balanced);
}

/** Fastest disk of a machine that needs no settings. */
export function fastestDisk(machineType: string): DiskType {
  return first(machineType, DiskType.Ssd);
}

function first(machineType: string, preferred: DiskType): DiskType {
  return diskTypesOf(machineType).includes(preferred) ? preferred : DiskType.Hyperdisk;
}
