import type { MockProvider } from "./engine";
import { GOOGLE_CLOUD } from "./googleCloud";
import type { MockOutputs, GeneratedValues, PasswordInputs } from "./mockOutputs";

/** What each kind of resource gets besides its inputs; those of Kubernetes get their name. */
const OUTPUTS: Record<string, MockOutputs> = {
  ...GOOGLE_CLOUD,
  "random:index/randomPassword:RandomPassword": ({ name, inputs }, { password }) => ({
    result: password(name, inputs as PasswordInputs),
  }),
  "docker:index/image:Image": ({ name, inputs }, { imageRef }) => ({
    repoDigest: imageRef(name, String((inputs as { imageName?: string }).imageName)),
  }),
};

/** The providers' answers, made of nothing but the program's own words. */
export function mockProvider(generated: GeneratedValues): MockProvider {
  return (resource) => {
    const inputs = resource.inputs as Record<string, unknown>;
    const outputs = OUTPUTS[resource.type] ?? kubernetesObject;
    return { ...inputs, ...outputs(resource, generated) };
  };
}

const kubernetesObject: MockOutputs = ({ type, name, inputs }, { autoname }) => {
  if (!type.startsWith("kubernetes:")) return {};
  const { metadata } = inputs as { metadata?: { name?: string } };
  return { metadata: { name: autoname(name), ...metadata } };
};
