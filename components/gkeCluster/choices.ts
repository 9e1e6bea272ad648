/** How soon GKE upgrades a cluster to a new version of Kubernetes. */
export const ReleaseChannel = {
  /** Weeks after a release, before it has been tried much. */
  Rapid: "RAPID",
  /** Two to three months after Rapid. */
  Regular: "REGULAR",
  /** Two to three months after Regular. */
  Stable: "STABLE",
  /** As Regular, but a version may be kept for 24 months; the last ten cost more. */
  Extended: "EXTENDED",
} as const;
/** A value of the constant of the same name. */
export type ReleaseChannel = (typeof ReleaseChannel)[keyof typeof ReleaseChannel];

/** A day of the week, as calendars abbreviate it. */
export const Weekday = {
  Monday: "MO",
  Tuesday: "TU",
  Wednesday: "WE",
  Thursday: "TH",
  Friday: "FR",
  Saturday: "SA",
  Sunday: "SU",
} as const;
/** A value of the constant of the same name. */
export type Weekday = (typeof Weekday)[keyof typeof Weekday];
