// Package provisioner makes local volumes on demand: each node runs one and makes, as plain folders, the volumes of the
// pods that the scheduler has put on that node. It is the smallest thing that gives a local cluster a default StorageClass
// with dynamic provisioning.
package provisioner

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// NewCommand is the command line of the provisioner.
func NewCommand() *cobra.Command {
	var node, kubeconfig, root string
	command := &cobra.Command{
		Use:          "local-volume-provisioner",
		Short:        "Makes the local volumes of one node (provisioner " + Name + ")",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			if node == "" {
				return errors.New("--node is missing: give the Kubernetes name of this node")
			}
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(command.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return New(client, node, root).Run(ctx)
		},
	}
	command.Flags().StringVar(&node, "node", "", "Kubernetes name of this node")
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig file of the cluster")
	command.Flags().StringVar(&root, "root", "/var/lib/ha-celery/volumes", "folder that holds the volumes")
	return command
}
