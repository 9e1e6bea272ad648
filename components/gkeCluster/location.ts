const REGION = /^[a-z]+-[a-z]+\d+$/;
const ZONE = /^[a-z]+-[a-z]+\d+-[a-z]$/;

export const isRegion = (location: string) => REGION.test(location);
export const isZone = (location: string) => ZONE.test(location);

/** The region itself, or that of a zone. */
export function regionOf(location: string): string {
  return isZone(location) ? location.replace(/-[a-z]$/, "") : location;
}

/** GKE chooses three zones of a region unless it is told which. */
const ZONES_OF_A_REGION = 3;

/** How many zones have nodes. */
export function zonesOf(location: string, nodeZones: string[] | undefined): number {
  if (isZone(location)) return 1;
  return nodeZones?.length ?? ZONES_OF_A_REGION;
}
