import { enoughMemory, enoughStorage } from "../../components/rabbitMqCluster/validation";
import { isPartName } from "../../components/haCelery/validation";
import { memoryWatermark } from "../../components/rabbitMqCluster/resolve";
import { Scraper } from "../../components/monitoring/args";
import { OnDelete, Spread } from "../../components/types";
import { drills } from "./drillsRules";
import { gkeRules, gkeWarnings } from "./gkeRules";
import { type Settings, Target, Tls } from "./schema";
import { pathOf } from "./messages";
import { hasBeat } from "./parts";
import type { Rule } from "./rule";

export const rules: Rule = (settings, messages) =>
  [ownCluster, gkeRules, namespaces, brokerVolume, tls, pools, prometheus, drills, production].flatMap(
    (rule) => rule(settings, messages),
  );

const ownCluster: Rule = ({ target, kubeContext, imageRepository }, messages) => {
  if (target === undefined || target === Target.Gke) return [];
  const local = target === Target.Local && "run `make up`, which creates the cluster and sets it";
  const missing = (key: string, why: string, example: string) =>
    messages.problem(key, why, local || messages.set(key, example));
  return [
    ...(kubeContext === "" ? [missing("kubeContext", "the current context is never used", "CONTEXT")] : []),
    ...(imageRepository === ""
      ? [
          missing(
            "imageRepository",
            "the nodes need a registry to pull the images from",
            "registry.example.com/team",
          ),
        ]
      : []),
  ];
};

const namespaces: Rule = ({ namespace, existingNamespace }, messages) =>
  namespace && existingNamespace
    ? [
        messages.problem(
          "namespace",
          "existingNamespace is also set; the former creates a namespace, the latter uses an existing one",
          messages.remove("namespace"),
        ),
      ]
    : [];

/** Part of the volume stays free for the contents of memory. */
const brokerVolume: Rule = ({ brokerMemory: memory, brokerStorage: size }, messages) => {
  if (!memory || !size) return [];
  const [tooLittle] = enoughMemory.problems({ compute: { memory } });
  if (tooLittle) return [messages.sentence("brokerMemory", tooLittle, messages.set("brokerMemory", "2Gi"))];
  const enough = `${Math.ceil((2 * memoryWatermark(memory)) / 1024)}Gi`;
  return enoughStorage
    .problems({ compute: { memory }, storage: { size } })
    .map((problem) => messages.sentence("brokerStorage", problem, messages.set("brokerStorage", enough)));
};

const tls: Rule = (settings, messages) => [
  ...messages.bothOrNeither(settings, "brokerTlsSecret", "brokerTlsServerName", "TLS"),
  ...(settings.brokerTlsAuthority && !settings.brokerTlsSecret && !settings.brokerTlsServerName
    ? [
        messages.problem(
          "brokerTlsAuthority",
          "it belongs to the certificate of brokerTlsSecret, which is not set",
          messages.remove("brokerTlsAuthority"),
        ),
      ]
    : []),
  ...(settings.brokerTlsInterNode && settings.brokerTls !== Tls.Generated && !settings.brokerTlsSecret
    ? [
        messages.problem(
          "brokerTlsInterNode",
          "it encrypts between broker nodes with the certificate for clients, and the stack has none",
          `${messages.set("brokerTls", Tls.Generated)}, or ${messages.remove("brokerTlsInterNode")}`,
        ),
      ]
    : []),
  ...(settings.brokerTls !== undefined && settings.brokerTls !== Tls.Auto && settings.brokerTlsSecret
    ? [
        messages.problem(
          "brokerTls",
          settings.brokerTls === Tls.Off
            ? "brokerTlsSecret is set, which turns TLS on"
            : "brokerTlsSecret is also set; the former generates a certificate, the latter uses an existing one",
          `${messages.remove("brokerTls")}, or ${messages.remove("brokerTlsSecret")}`,
        ),
      ]
    : []),
];

const pools: Rule = ({ workerPools = [], beat, target, spotNodes }, messages) =>
  workerPools.flatMap(({ name, replicas, autoscale, spot }, index) => {
    const at = (field: string) => ["workerPools", String(index), field];
    const remove = (field: string) => messages.remove(pathOf(at(field)));
    const isTwin = workerPools.findIndex((other) => other.name === name) < index;
    const taken = isTwin
      ? "another pool has that name"
      : isPartName(name, hasBeat(beat)) && `alerts, scrapes, and commands find the ${name} by that name`;
    const rename = messages.setPart(pathOf(at("name")), isTwin ? `${name}-2` : `${name}-workers`);
    const noSpot =
      target === Target.Gke
        ? spotNodes === 0 && messages.set("spotNodes", 3)
        : target !== undefined && remove("spot");
    return [
      ...(taken ? [messages.problem(at("name"), taken, rename)] : []),
      ...(replicas !== undefined && autoscale
        ? [messages.problem(at("replicas"), "autoscale also sets the number of pods", remove("replicas"))]
        : []),
      ...(spot && noSpot ? [messages.problem(at("spot"), "there are no spot nodes", noSpot)] : []),
    ];
  });

/** The Prometheus of the program reads the files of `monitoring`, in a namespace that the broker admits. */
const prometheus: Rule = (
  { prometheusBaseImage, monitoring, monitoringNamespaces = [], ...rest },
  messages,
) => {
  if (!prometheusBaseImage) return [];
  const { brokerTlsSecret, brokerTlsAuthority } = rest;
  return [
    ...(monitoring?.by === Scraper.ConfigMap && monitoring.enabled !== false
      ? []
      : [
          messages.problem(
            ["monitoring", "by"],
            "prometheusBaseImage is set, and a Prometheus without operator reads a ConfigMap",
            messages.setPart("monitoring.by", Scraper.ConfigMap),
          ),
        ]),
    ...(monitoringNamespaces.length === 1
      ? []
      : [
          messages.problem(
            "monitoringNamespaces",
            "prometheusBaseImage is set, and its Prometheus runs in the one namespace of this list",
            messages.setPart("monitoringNamespaces[0]", "monitoring"),
          ),
        ]),
    ...(brokerTlsSecret && !brokerTlsAuthority
      ? [
          messages.problem(
            "brokerTlsAuthority",
            "prometheusBaseImage is set, and its Prometheus verifies the broker with a copy of these certificates",
            messages.set("brokerTlsAuthority", "PEM"),
          ),
        ]
      : []),
  ];
};

/** Settings that are valid but possibly unintended. */
export const warnings: Rule = (settings, messages) => [
  ...gkeWarnings(settings, messages),
  ...(settings.production && settings.brokerTls === Tls.Off
    ? [
        messages.problem(
          "brokerTls",
          "passwords and tasks cross the network unencrypted",
          `${messages.set("brokerTls", Tls.Generated)}, see docs/how-to/tls.md`,
        ),
      ]
    : []),
];

/** Settings that would lose tasks, or stop accepting them, after the loss of one Kubernetes node or one wrong
 * command. */
const production: Rule = (settings, messages) => {
  if (!settings.production) return [];
  const { brokerReplicas = 3, storageOnDelete, brokerSpread, deletionProtection, spot } = settings;
  const { brokerTls, brokerTlsSecret } = settings;
  const refuse = (isWrong: boolean, key: keyof Settings, rule: string, right: string | number | boolean) =>
    isWrong ? [messages.problem(key, `in production ${rule}`, messages.set(key, right))] : [];
  return [
    ...refuse(
      brokerReplicas < 3,
      "brokerReplicas",
      "the loss of one Kubernetes node must not stop the broker",
      3,
    ),
    ...refuse(
      storageOnDelete === OnDelete.Delete,
      "storageOnDelete",
      "pulumi destroy must not delete queued tasks",
      OnDelete.Retain,
    ),
    ...refuse(
      brokerSpread === Spread.Preferred,
      "brokerSpread",
      "the loss of one Kubernetes node must not cost two broker nodes",
      Spread.Required,
    ),
    ...refuse(
      deletionProtection === false,
      "deletionProtection",
      "pulumi destroy must not delete the broker by mistake",
      true,
    ),
    ...refuse(
      spot === true,
      "spot",
      "the broker must not run on nodes that can all be reclaimed at once",
      false,
    ),
    ...(brokerTls !== Tls.Auto || brokerTlsSecret
      ? []
      : [
          messages.problem(
            "brokerTls",
            "in production connections must be encrypted, with a generated certificate or that of brokerTlsSecret (docs/how-to/tls.md), or be unencrypted on purpose, with off",
            messages.set("brokerTls", Tls.Generated),
          ),
        ]),
  ];
};
