/** A local cluster that runs. */
export interface LocalCluster {
  readonly name: string;
  readonly kubeconfigPath: string;
  readonly context: string;
  /** Where the host pushes images and the nodes pull them, for example 127.0.0.1:5000. */
  readonly registry: string;
}
