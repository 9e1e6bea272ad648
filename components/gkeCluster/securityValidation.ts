import type * as pulumi from "@pulumi/pulumi";
import type { GkeClusterArgs, MaintenanceExclusion } from "./args";
import {
  type Check,
  type Rule,
  check,
  each,
  fields,
  namespaceName,
  oneOf,
  quote,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import { BinaryAuthorization, EncryptionScope, ExclusionScope, UpgradeStrategy } from "./choices";
import { regionOf } from "./location";
import { DEFAULT_BACKUP } from "./backup";
import type { ClusterBackup, ClusterEncryption, ClusterSecurity, NodeUpgrades } from "./securityArgs";

const KEY = /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;

/** Outputs are not known yet; Google Cloud checks them. */
export const encryptionKey: Check<pulumi.Input<string>> = (what, key) =>
  typeof key !== "string" || KEY.test(key)
    ? []
    : [
        `${what} is ${quote(key)}, which is not a key of Cloud KMS. Use "projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY", as \`gcloud kms keys list\` shows it.`,
      ];

export const encryption: Check<ClusterEncryption> = fields<ClusterEncryption>(
  {
    scope: oneOf(EncryptionScope),
    key: encryptionKey,
    rotationDays: wholeNumber({ why: "Cloud KMS rotates keys once a day at most", least: 1 }),
  },
  {
    needs: ["scope"],
    problems: ({ scope, key }) =>
      scope === EncryptionScope.Google && key !== undefined
        ? [
            `key is set, but scope is "google", which uses no key of yours. Use scope "secrets" or "disks", or remove key.`,
          ]
        : [],
  },
  {
    needs: [],
    problems: ({ key, rotationDays }) =>
      key !== undefined && rotationDays !== undefined
        ? [
            "rotationDays is set, but key is an existing key, which has a rotation of its own. Remove rotationDays.",
          ]
        : [],
  },
);

/** Google uses a key only in its own location. */
export const keyInTheRegion: Rule<Pick<GkeClusterArgs, "encryption" | "location">> = {
  needs: ["encryption", "location"],
  problems: ({ encryption, location }) => {
    const key = encryption?.key;
    const keyLocation = typeof key === "string" ? KEY.exec(key)?.[1] : undefined;
    const region = regionOf(location);
    if (keyLocation === undefined || keyLocation === region) return [];
    return [
      `encryption.key is in ${quote(keyLocation)}, but the cluster is in ${quote(region)}. Use a key of that region.`,
    ];
  },
};

/** A path in a registry. Binary Authorization knows wildcards at the end only. */
export const trustedImage: Check<string> = check(
  (pattern) => /^[^\s/*]+\/[^\s*]*\*{0,2}$/.test(pattern),
  (what, pattern) =>
    `${what} is ${quote(pattern)}, which is not a pattern of images. Use a registry and a path, which may end in "*" or "**", for example "us-east1-docker.pkg.dev/my-project/**".`,
);

export const security: Check<ClusterSecurity> = fields<ClusterSecurity>(
  {
    binaryAuthorization: oneOf(BinaryAuthorization),
    trustedImages: each(trustedImage),
    flowLogs: unchecked,
    intranodeVisibility: unchecked,
    posture: unchecked,
    systemGroupBindings: unchecked,
    kubeletReadOnlyPort: unchecked,
  },
  {
    needs: ["binaryAuthorization", "trustedImages"],
    problems: ({ binaryAuthorization, trustedImages }) => {
      if (trustedImages === undefined) return [];
      if (trustedImages.length === 0)
        return ["trustedImages is empty, so no pod of yours could start. List your registry, or remove it."];
      return binaryAuthorization === BinaryAuthorization.Audit ||
        binaryAuthorization === BinaryAuthorization.Enforce
        ? []
        : [
            'trustedImages is set, but binaryAuthorization is neither "audit" nor "enforce". Set it, or remove trustedImages.',
          ];
    },
  },
);

export const flowLogsOfOwnNetwork: Rule<Pick<GkeClusterArgs, "security" | "subnetwork">> = {
  needs: ["security"],
  problems: ({ security, subnetwork }) =>
    subnetwork !== undefined && security?.flowLogs
      ? [
          "security.flowLogs is true, but the subnetwork exists already and has a setting of its own. Remove flowLogs, and run: gcloud compute networks subnets update SUBNETWORK --enable-flow-logs",
        ]
      : [],
};

export const soakMinutes = wholeNumber({
  why: "GKE keeps drained nodes for seven days at most",
  least: 0,
  most: 10_080,
});

export const upgrades: Check<NodeUpgrades> = fields<NodeUpgrades>(
  {
    strategy: oneOf(UpgradeStrategy),
    soakMinutes,
  },
  {
    needs: ["strategy"],
    problems: ({ strategy, soakMinutes }) =>
      soakMinutes !== undefined && strategy !== UpgradeStrategy.BlueGreen
        ? [
            'soakMinutes is set, but only the strategy "blue-green" keeps drained nodes. Set strategy, or remove soakMinutes.',
          ]
        : [],
  },
);

export const backupSchedule: Check<string> = check(
  (schedule) => /^[\d*,/-]+( [\dA-Za-z*,/-]+){4}$/.test(schedule),
  (what, schedule) =>
    `${what} is ${quote(schedule)}, which is not a schedule of cron. Use minute, hour, day, month and weekday in UTC, for example ${quote(DEFAULT_BACKUP.schedule)}.`,
);

export const backupRetainDays = wholeNumber({
  why: "Backup for GKE keeps backups for up to 365 days",
  least: 1,
  most: 365,
});

/** Outputs are not known yet; Google Cloud checks them. */
const plainNamespace: Check<pulumi.Input<string>> = (what, name) =>
  typeof name === "string" ? namespaceName(what, name) : [];

export const backup: Check<ClusterBackup> = fields<ClusterBackup>({
  schedule: backupSchedule,
  retainDays: backupRetainDays,
  namespaces: each(plainNamespace),
});

/** Format that GKE reports. Any other would show a difference in every update. */
export const utcTime: Check<string> = check(
  (time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) && !Number.isNaN(Date.parse(time)),
  (what, time) =>
    `${what} is ${quote(time)}, which is not a time in UTC. Use for example "2026-12-18T00:00:00Z".`,
);

/** GKE requires 48 hours of maintenance in any 32 days
 * (https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions). */
const MAX_DAYS_WITHOUT_UPGRADES = 30;

const exclusionName: Check<string> = check(
  (name) => name.length > 0,
  (what) => `${what} is empty, but exclusions are told apart by their names. Use for example "year-end".`,
);

const exclusion = fields<MaintenanceExclusion>(
  { name: exclusionName, start: utcTime, end: utcTime, scope: oneOf(ExclusionScope) },
  {
    needs: ["start", "end"],
    problems: ({ start, end }) =>
      end > start
        ? []
        : [`end is ${quote(end)}, which is not after start, ${quote(start)}. Swap or correct them.`],
  },
  {
    needs: ["start", "end", "scope"],
    problems: ({ start, end, scope = ExclusionScope.All }) => {
      const days = (Date.parse(end) - Date.parse(start)) / 86_400_000;
      if (scope !== ExclusionScope.All || days <= MAX_DAYS_WITHOUT_UPGRADES) return [];
      return [
        `end is ${Math.ceil(days)} days after start, but GKE requires 48 hours of maintenance in any 32 days. Use at most ${MAX_DAYS_WITHOUT_UPGRADES} days, or scope ${quote(ExclusionScope.MinorAndNodes)}.`,
      ];
    },
  },
);

const MAX_EXCLUSIONS = 20;

export const exclusions: Check<readonly MaintenanceExclusion[]> = (what, list) => {
  const names = list.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  return [
    ...each(exclusion)(what, list),
    ...(twice === undefined ? [] : [`${what} has the name ${quote(twice)} twice. Use each name once.`]),
    ...(list.length <= MAX_EXCLUSIONS
      ? []
      : [
          `${what} has ${list.length} items, but GKE allows ${MAX_EXCLUSIONS}. Remove those that have passed.`,
        ]),
  ];
};
