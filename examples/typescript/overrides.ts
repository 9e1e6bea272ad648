import * as pulumi from "@pulumi/pulumi";

/** Changes objects where the components have no argument. Pulumi calls it for every child of the resource that it
 * is passed to. */
export const overrides: pulumi.ResourceTransform = ({ type, name, props, opts }) => {
  if (type === "kubernetes:apps/v1:StatefulSet") {
    const metadata = pulumi.output(props.metadata).apply((old) => ({
      ...old,
      annotations: { ...old.annotations, "example.com/owner": "orders" },
    }));
    return { props: { ...props, metadata }, opts };
  }
  if (type === "kubernetes:core/v1:Service" && name === "orders-broker-client") {
    // Prefers broker nodes in the zone of the client.
    const spec = pulumi.output(props.spec).apply((old) => ({ ...old, trafficDistribution: "PreferClose" }));
    return { props: { ...props, spec }, opts };
  }
  return undefined;
};
