import { DEFAULT_BACKUP } from "../../components/gkeCluster/backup";
import { BinaryAuthorization } from "../../components/gkeCluster/choices";
import { encryption, exclusions, keyInTheRegion } from "../../components/gkeCluster/securityValidation";
import type { Rule } from "./rule";

const maintenanceExclusions: Rule = ({ maintenanceStart, maintenanceExclusions = [] }, messages) => {
  if (maintenanceExclusions.length === 0) return [];
  const key = "maintenanceExclusions";
  return [
    ...exclusions(key, maintenanceExclusions).map((problem) =>
      messages.sentence(key, problem, messages.remove(key)),
    ),
    ...(maintenanceStart === ""
      ? [
          messages.problem(
            key,
            "exclusions belong to a maintenance window",
            messages.set("maintenanceStart", "03:00"),
          ),
        ]
      : []),
  ];
};

const key: Rule = ({ encryption: scope, encryptionKey, location }, messages) => {
  if (!encryptionKey || !scope || !location) return [];
  const value = { scope, key: encryptionKey };
  return [
    ...encryption("encryption", value),
    ...keyInTheRegion.problems({ encryption: value, location }),
  ].map((problem) => messages.sentence("encryptionKey", problem, messages.remove("encryptionKey")));
};

const trustedImages: Rule = ({ binaryAuthorization, trustedImages = [] }, messages) =>
  trustedImages.length > 0 &&
  (binaryAuthorization === BinaryAuthorization.Off || binaryAuthorization === BinaryAuthorization.Project)
    ? [
        messages.problem(
          "trustedImages",
          `binaryAuthorization is ${binaryAuthorization}, which trusts no images of a list`,
          `${messages.set("binaryAuthorization", BinaryAuthorization.Audit)}, or ${messages.remove("trustedImages")}`,
        ),
      ]
    : [];

const backupNamespaces: Rule = ({ backupSchedule, backupNamespaces = [] }, messages) =>
  backupNamespaces.length > 0 && backupSchedule === ""
    ? [
        messages.problem(
          "backupNamespaces",
          "there are no backups without a schedule",
          messages.set("backupSchedule", DEFAULT_BACKUP.schedule),
        ),
      ]
    : [];

/** Rules of the settings that harden a cluster. */
export const hardeningRules: readonly Rule[] = [maintenanceExclusions, key, trustedImages, backupNamespaces];
