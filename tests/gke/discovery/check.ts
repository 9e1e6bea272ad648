/** Schema of a value, as far as Google's discovery documents use JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  pattern?: string;
  description?: string;
  readOnly?: boolean;
  enum?: string[];
  enumDeprecated?: boolean[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
}

interface Parameter extends Schema {
  required?: boolean;
}

export interface Method {
  id: string;
  parameters?: Record<string, Parameter>;
  request?: { $ref: string };
}

interface Methods {
  methods?: Record<string, Method>;
  resources?: Record<string, Methods>;
}

/** A discovery document. */
export interface Document extends Methods {
  schemas: Record<string, Schema>;
}

/** A request to an API. */
export interface Request {
  /** ID of the method, such as `compute.networks.insert`. */
  method: string;
  /** Values in the path and the query. */
  parameters: Record<string, unknown>;
  /** Absent if the method has none. */
  body?: unknown;
}

/** What is wrong with a request: its method, each parameter and each field, with its path. */
export function requestProblems(document: Document, request: Request): string[] {
  const { method: id, parameters } = request;
  const method = methodOf(document, id);
  if (!method) return [`${id}: the API has no such method`];
  const known = method.parameters ?? {};
  const missing = Object.keys(known).filter((name) => known[name]?.required && !(name in parameters));
  return [
    ...missing.map((name) => `${name}: missing`),
    ...fieldProblems(document, { properties: known }, parameters, ""),
    ...bodyProblems(document, request),
  ].map((problem) => `${id}: ${problem}`);
}

/** What is wrong with the body of a request, each with the path of its field. */
export function bodyProblems(document: Document, { method, body }: Request): string[] {
  if (body === undefined) return [];
  const schema = methodOf(document, method)?.request;
  return schema ? problemsOf(document, schema, body, "") : ["the method takes no body"];
}

function methodOf({ methods = {}, resources = {} }: Methods, id: string): Method | undefined {
  const own = Object.values(methods).find((method) => method.id === id);
  if (own) return own;
  for (const inner of Object.values(resources)) {
    const found = methodOf(inner, id);
    if (found) return found;
  }
  return undefined;
}

function problemsOf(document: Document, schema: Schema, value: unknown, path: string): string[] {
  if (schema.$ref !== undefined) {
    const named = document.schemas[schema.$ref];
    return named ? problemsOf(document, named, value, path) : [`${path}: no schema ${schema.$ref}`];
  }
  if (schema.properties || schema.additionalProperties || schema.type === "object")
    return isObject(value) ? fieldProblems(document, schema, value, path) : [wrong(path, value, "an object")];
  if (schema.type === "array") {
    if (!Array.isArray(value)) return [wrong(path, value, "a list")];
    return value.flatMap((item, index) =>
      problemsOf(document, schema.items ?? {}, item, `${path}[${index}]`),
    );
  }
  return scalarProblems(schema, value, path);
}

function fieldProblems(
  document: Document,
  { properties = {}, additionalProperties }: Schema,
  value: Record<string, unknown>,
  path: string,
): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path ? `${path}.${name}` : name;
    const schema = properties[name] ?? additionalProperties;
    if (!schema) return [`${at}: unknown field`];
    if (schema.readOnly || schema.description?.startsWith("[Output Only]"))
      return [`${at}: only Google sets this field`];
    return problemsOf(document, schema, inner, at);
  });
}

/** Formats of strings. Other formats restrict nothing that is sent. */
const FORMATS: Record<string, RegExp> = {
  int64: /^-?\d+$/,
  uint64: /^\d+$/,
  "google-duration": /^-?\d+(\.\d{1,9})?s$/,
  "google-datetime": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/,
};

function scalarProblems(schema: Schema, value: unknown, path: string): string[] {
  const { type, enum: choices, format = "" } = schema;
  if (type === "boolean") return typeof value === "boolean" ? [] : [wrong(path, value, "a boolean")];
  if (type === "number") return typeof value === "number" ? [] : [wrong(path, value, "a number")];
  if (type === "integer") return Number.isInteger(value) ? [] : [wrong(path, value, "an integer")];
  if (type !== "string") return [];
  if (typeof value !== "string") return [wrong(path, value, "a string")];
  if (choices) {
    const index = choices.indexOf(value);
    if (index === -1) return [wrong(path, value, `one of ${choices.join(", ")}`)];
    return schema.enumDeprecated?.[index] ? [`${path}: ${JSON.stringify(value)} is deprecated`] : [];
  }
  if (schema.pattern !== undefined && !new RegExp(`^(?:${schema.pattern})$`).test(value))
    return [wrong(path, value, `like ${schema.pattern}`)];
  return FORMATS[format]?.test(value) === false ? [wrong(path, value, format)] : [];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (path: string, value: unknown, expected: string): string =>
  `${path}: ${JSON.stringify(value)} is not ${expected}`;
