/** Release channel of GKE, which determines how soon a cluster gets a new version of Kubernetes. */
export const ReleaseChannel = {
  /** Weeks after a release, before it is widely used. */
  Rapid: "RAPID",
  /** Two to three months after Rapid. */
  Regular: "REGULAR",
  /** Two to three months after Regular. */
  Stable: "STABLE",
  /** Like Regular, but a version is supported for 24 months; the last ten cost extra. */
  Extended: "EXTENDED",
} as const;
/** A value of the constant of the same name. */
export type ReleaseChannel = (typeof ReleaseChannel)[keyof typeof ReleaseChannel];

/** A day of the week, abbreviated as in iCalendar. */
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
