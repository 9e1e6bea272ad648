import type { MockProvider } from "./engine";
import { GOOGLE_CLOUD } from "./googleCloud";
import type { MockOutputs, GeneratedValues, PasswordInputs } from "./mockOutputs";

/** Outputs that a resource has besides its inputs, by resource type. Kubernetes objects only get a name. */
const OUTPUTS: Record<string, MockOutputs> = {
  ...GOOGLE_CLOUD,
  "random:index/randomPassword:RandomPassword": ({ name, inputs }, { password }) => ({
    result: password(name, inputs as PasswordInputs),
  }),
  // Nothing reads them: Secrets are masked, or the command refuses a generated certificate.
  "tls:index/privateKey:PrivateKey": ({ name }) => ({ privateKeyPem: `private key ${name}` }),
  "tls:index/selfSignedCert:SelfSignedCert": ({ name }) => ({ certPem: `certificate ${name}` }),
  "tls:index/certRequest:CertRequest": ({ name }) => ({ certRequestPem: `request ${name}` }),
  "tls:index/locallySignedCert:LocallySignedCert": ({ name }) => ({ certPem: `certificate ${name}` }),
  "docker:index/image:Image": ({ name, inputs }, { imageRef }) => ({
    repoDigest: imageRef(name, String((inputs as { imageName?: string }).imageName)),
  }),
};

/** Returns a mock of all providers, which computes outputs from the inputs alone. */
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
