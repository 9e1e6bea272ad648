import type { Colors } from "../colors";
import { newTable } from "../table";
import type { Finding, UpgradeCheck } from "./model";
import { CELERY } from "./version";

const OF: Readonly<Record<Finding["of"], string>> = {
  any: "any",
  rabbitmq: "RabbitMQ",
  kubernetes: "Kubernetes",
  celery: "Celery",
  pulumi: "Pulumi",
};

/** Formats a check for a terminal: what stands in the way first, then the versions that run. */
export function formatCheck(check: UpgradeCheck, { red, green, yellow, bold }: Colors): string {
  const { context, namespace, name, findings, versions } = check;
  const blocking = findings.filter(({ blocks }) => blocks).length;
  const verdict =
    blocking === 0
      ? green("nothing stands in the way of an upgrade")
      : red(`${blocking} ${blocking === 1 ? "thing stands" : "things stand"} in the way of an upgrade`);
  const table = newTable({ head: ["software", "runs"] });
  table.push(
    ["RabbitMQ", versions.rabbitmq.join(" and ") || "unknown"],
    ["Kubernetes", `${versions.kubernetes}, nodes ${versions.kubelets.join(" and ")}`],
    ...[...versions.workers, ...versions.beats, ...versions.jobs].map(
      ({ pool, celery = "unknown", haCelery = "unknown", python }) => [
        pool,
        `Celery ${celery} (supported: ${CELERY.least} to below ${CELERY.below}), ha_celery ${haCelery}, Python ${python}`,
      ],
    ),
    ...versions.pulumi.map(({ name: of, version, range }) => [of, `${version} (supported: ${range})`]),
  );
  return [
    `${namespace}/${name} in the cluster of context ${context}: ${verdict}`,
    ...findings.map(
      ({ of, blocks, text, cure }) =>
        `${blocks ? red("-") : yellow("note:")} ${bold(`${OF[of] === "any" ? "" : `${OF[of]}: `}${text}`)}\n    ${cure}`,
    ),
    table.toString(),
  ].join("\n");
}
