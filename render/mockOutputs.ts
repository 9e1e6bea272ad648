import type * as pulumi from "@pulumi/pulumi";

/** Inputs of a RandomPassword. */
export interface PasswordInputs {
  /** Number of characters. */
  length: number;
  /** Values whose change generates a new password. */
  keepers?: Record<string, string>;
}

/** Values that the mocked providers generate. */
export interface GeneratedValues {
  /** Returns the name of an object without a name. */
  autoname: (name: string) => string;
  /** Returns a password. */
  password: (name: string, wanted: PasswordInputs) => string;
  /** Returns the reference of a built image. */
  imageRef: (name: string, imageName: string) => string;
}

/** Computes the outputs of resources of one type. */
export type MockOutputs = (
  resource: pulumi.runtime.MockResourceArgs,
  generated: GeneratedValues,
) => Record<string, unknown>;
