/** The error for a resource type that a stand-in does not support. */
export function unsupportedType(plugin: string, supported: string, type: string, version: string): Error {
  return new Error(
    `The local stand-in for the ${plugin} provider only supports ${supported}, not ${type}. ` +
      `For other types install the official plugin: pulumi plugin install resource ${plugin} ${version}`,
  );
}
