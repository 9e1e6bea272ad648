import * as pulumi from "@pulumi/pulumi";

/** Changes objects in ways that the components have no argument for. Pulumi calls it for every child of what it is given to. */
export const overrides: pulumi.ResourceTransform = ({ type, name, props, opts }) => {
  if (type === "kubernetes:apps/v1:StatefulSet") {
    const metadata = pulumi.output(props.metadata).apply((given) => ({
      ...given,
      annotations: { ...given.annotations, "example.com/owner": "orders" },
    }));
    return { props: { ...props, metadata }, opts };
  }
  if (type === "kubernetes:core/v1:Service" && name === "orders-broker-client") {
    // Clients stay in their zone while a broker node is there.
    const spec = pulumi
      .output(props.spec)
      .apply((given) => ({ ...given, trafficDistribution: "PreferClose" }));
    return { props: { ...props, spec }, opts };
  }
  return undefined;
};
