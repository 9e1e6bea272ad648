import type * as k8s from "@pulumi/kubernetes";
import { type Alert, alertsOf } from "./alerts";
import { Scraper } from "./args";
import type { ResolvedMonitoring } from "./resolve";
import { metadata } from "./scrapes";

/** A group of alerts in the format of Prometheus' rule files. */
export interface RuleGroup {
  name: string;
  rules: unknown[];
}

/** The alerts as Prometheus reads them. */
export function ruleGroups(monitoring: ResolvedMonitoring, namespace: string): RuleGroup[] {
  const rules = alertsOf(monitoring, namespace).map((alert) => ruleOf(monitoring, namespace, alert));
  return [{ name: `${namespace}/${monitoring.name}`, rules }];
}

function ruleOf({ name }: ResolvedMonitoring, namespace: string, alert: Alert) {
  return {
    alert: alert.name,
    expr: alert.expr,
    for: alert.for,
    labels: { severity: alert.severity, namespace, installation: name },
    annotations: { summary: alert.summary, runbook: `docs/runbooks/${alert.name}.md` },
  };
}

/** The object with the alerts. */
export function rulesObject(
  monitoring: ResolvedMonitoring,
  groups: k8s.apiextensions.CustomResourceArgs["spec"],
): k8s.apiextensions.CustomResourceArgs {
  const isOperator = monitoring.by === Scraper.PodMonitor;
  return {
    apiVersion: isOperator ? "monitoring.coreos.com/v1" : "monitoring.googleapis.com/v1",
    kind: isOperator ? "PrometheusRule" : "Rules",
    metadata: metadata(monitoring),
    spec: { groups },
  };
}
