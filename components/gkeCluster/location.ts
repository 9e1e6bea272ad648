const REGION = /^[a-z]+-[a-z]+\d+$/;
const ZONE = /^[a-z]+-[a-z]+\d+-[a-z]$/;

export const isRegion = (location: string) => REGION.test(location);
export const isZone = (location: string) => ZONE.test(location);

/** Region of a zone; a region itself. */
export function regionOf(location: string): string {
  return isZone(location) ? location.replace(/-[a-z]$/, "") : location;
}

/** Number of zones that GKE selects in a region. */
const ZONES_OF_A_REGION = 3;

/** Number of zones with nodes. */
export function zonesOf(location: string, nodeZones: string[] | undefined): number {
  if (isZone(location)) return 1;
  return nodeZones?.length ?? ZONES_OF_A_REGION;
}
