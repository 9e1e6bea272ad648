/** What a program wants of a generated password. */

import type * as pulumi from "@pulumi/pulumi";

export interface PasswordInputs {
  /** How many characters. */
  length: number;
  /** Other values, another password. */
  keepers?: Record<string, string>;
}

/** What the mocked providers make up. */
export interface GeneratedValues {
  /** Name of an object that the program left unnamed. */
  autoname: (name: string) => string;
  /** A generated password. */
  password: (name: string, wanted: PasswordInputs) => string;
  /** Reference by which a built image is run. */
  imageRef: (name: string, imageName: string) => string;
}

/** The answer to one kind of resource. */
export type MockOutputs = (
  resource: pulumi.runtime.MockResourceArgs,
  generated: GeneratedValues,
) => Record<string, unknown>;
