/** A running local cluster. */
export interface LocalCluster {
  readonly name: string;
  readonly kubeconfigPath: string;
  readonly context: string;
  /** Registry that the host pushes to and the nodes pull from, for example 127.0.0.1:5000. */
  readonly registry: string;
}
