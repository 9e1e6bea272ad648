import type { PackageSpec, Property } from "@pulumi/pulumi/provider/experimental/schema";

type Fields = Record<string, unknown>;
type Shape = { properties?: Record<string, Property>; required?: string[] };

/** Checks a YAML program's resource against the package's schema. An interpolation matches every type. */
export function resourceProblems(schema: PackageSpec, type: string, properties: Fields): string[] {
  const [pkg = "", name = ""] = type.split(":");
  const resource = pkg === schema.name ? schema.resources[`${pkg}:index:${name}`] : undefined;
  if (!resource) return [`${type} is not in the schema`];
  const shape = { properties: resource.inputProperties, required: resource.requiredInputs };
  return objectProblems(schema, shape, properties, type);
}

function objectProblems(schema: PackageSpec, shape: Shape, value: Fields, path: string): string[] {
  const missing = (shape.required ?? []).filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, field]) => {
      const property = shape.properties?.[name];
      if (!property) return [`${path}.${name} does not exist`];
      return valueProblems(schema, property, field, `${path}.${name}`);
    }),
  ];
}

function valueProblems(schema: PackageSpec, property: Property, value: unknown, path: string): string[] {
  if (typeof value === "string" && /\$\{.+\}/.test(value)) return [];
  if ("$ref" in property) {
    const type = schema.types[property.$ref.replace(/^#\/types\//, "")];
    if (!type) return [`${path}: ${property.$ref} is not in the schema`];
    if (type.enum) {
      const allowed = type.enum.map((each) => each.value);
      return allowed.includes(value as string) ? [] : [`${path} is none of ${allowed.join(", ")}`];
    }
    return isObject(value) ? objectProblems(schema, type, value, path) : [`${path} is not an object`];
  }
  const { type, items, additionalProperties } = property;
  if (type === "array") {
    if (!Array.isArray(value)) return [`${path} is not an array`];
    return value.flatMap((each, at) => (items ? valueProblems(schema, items, each, `${path}[${at}]`) : []));
  }
  if (type === "object") {
    if (!isObject(value)) return [`${path} is not an object`];
    return Object.entries(value).flatMap(([name, each]) =>
      additionalProperties ? valueProblems(schema, additionalProperties, each, `${path}.${name}`) : [],
    );
  }
  const fits = type === "integer" ? Number.isInteger(value) : typeof value === type;
  return fits ? [] : [`${path} is not a ${type}`];
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
