import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

const PACKAGE = dirname(require.resolve("@pulumi/gcp/package.json"));

/** Properties of the provider's input types, by interface and property: the interface of a nested object, if any. */
type Types = Map<string, Map<string, string | undefined>>;

let nested: Types | undefined;

/** Properties of a resource's inputs that the provider's types do not have, each with its path. */
export function unknownProperties(type: string, inputs: Record<string, unknown>): string[] {
  // gcp:container/cluster:Cluster
  const [, module = "", file = "", name = ""] = /^gcp:(\w+)\/(\w+):(\w+)$/.exec(type) ?? [];
  const source = parse(join(PACKAGE, module, `${fileOf(module, file)}.d.ts`));
  const args = interfacesOf(source, "").get(`${name}Args`);
  if (!args) throw new Error(`@pulumi/gcp has no ${name}Args in ${module}/${file}.`);
  nested ??= interfacesOf(parse(join(PACKAGE, "types", "input.d.ts")), "");
  return unknownIn(inputs, args, "");
}

function unknownIn(
  value: Record<string, unknown>,
  known: Map<string, string | undefined>,
  path: string,
): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path + name;
    if (!known.has(name)) return [at];
    const type = nested?.get(known.get(name) ?? "");
    if (!type) return [];
    return [inner]
      .flat()
      .filter((each): each is Record<string, unknown> => typeof each === "object" && each !== null)
      .flatMap((each) => unknownIn(each, type, `${at}.`));
  });
}

/** Names of files differ from those of types in case. */
function fileOf(module: string, file: string): string {
  const index = readFileSync(join(PACKAGE, module, "index.d.ts"), "utf8");
  const names = [...index.matchAll(/from "\.\/(\w+)"/g)].map(([, name]) => name ?? "");
  return names.find((name) => name.toLowerCase() === file.toLowerCase()) ?? file;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
}

/** Interfaces of a file, with the names of their namespaces: `container.ClusterNodeConfig`. */
function interfacesOf(node: ts.Node, prefix: string): Types {
  const found: Types = new Map();
  const visit = (child: ts.Node): void => {
    if (ts.isModuleDeclaration(child) && child.body) {
      for (const [name, members] of interfacesOf(child.body, `${child.name.text}.`)) found.set(name, members);
    } else if (ts.isInterfaceDeclaration(child)) {
      found.set(prefix + child.name.text, membersOf(child));
    } else ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return found;
}

function membersOf({ members }: ts.InterfaceDeclaration): Map<string, string | undefined> {
  return new Map(
    members
      .filter(ts.isPropertySignature)
      .map(({ name, type }) => [propertyName(name), inputType(type)] as const),
  );
}

const propertyName = (name: ts.PropertyName): string =>
  ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : "";

/** `container.ClusterNodeConfig` of `pulumi.Input<inputs.container.ClusterNodeConfig | undefined>`. */
function inputType(type: ts.TypeNode | undefined): string | undefined {
  if (!type) return undefined;
  if (ts.isTypeReferenceNode(type) && ts.isQualifiedName(type.typeName)) {
    const { left, right } = type.typeName;
    if (ts.isQualifiedName(left) && ts.isIdentifier(left.left) && left.left.text === "inputs")
      return `${left.right.text}.${right.text}`;
  }
  return ts.forEachChild(type, (child) => (ts.isTypeNode(child) ? inputType(child) : undefined));
}
