// Two pools of Celery workers on an existing Kubernetes cluster.
package main

import (
	"example.com/pulumi-ha-celery/sdk/go/hacelery"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(deploy)
}

func deploy(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")

	// The existing cluster. The explicit context ensures that the current context is never used.
	cluster, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{
		Context: pulumi.String(settings.Require("kubeContext")),
	})
	if err != nil {
		return err
	}

	orders, err := hacelery.NewHaCelery(ctx, "orders", &hacelery.HaCeleryArgs{
		RabbitmqImage: pulumi.String(settings.Require("rabbitmqImage")),
		WorkerImage:   pulumi.String(settings.Require("workerImage")),
		App:           settings.Require("app"),
		Broker: &hacelery.BrokerOptionsArgs{
			Compute: &hacelery.ComputeArgs{Memory: pulumi.StringRef(settings.Require("brokerMemory"))},
			Storage: &hacelery.BrokerStorageArgs{Size: pulumi.StringRef(settings.Require("brokerStorage"))},
		},
		Workers: []hacelery.WorkerPoolOptionsArgs{
			pool("mail", 2, 4, 120),
			pool("reports", 1, 1, 3600),
		},
	}, pulumi.Provider(cluster))
	if err != nil {
		return err
	}

	ctx.Export("namespace", orders.NamespaceName)
	ctx.Export("amqpUrl", orders.AmqpUrl)
	ctx.Export("clientSecret", orders.ClientSecretName)
	ctx.Export("clientLabels", orders.ClientLabels)
	ctx.Export("workers", orders.WorkerDeploymentNames)
	return nil
}

// A pool of workers that consumes the queue of its name.
func pool(name string, replicas, concurrency, longestTaskSeconds float64) hacelery.WorkerPoolOptionsArgs {
	return hacelery.WorkerPoolOptionsArgs{
		Name:               name,
		Queues:             []string{name},
		Replicas:           &replicas,
		Concurrency:        &concurrency,
		LongestTaskSeconds: &longestTaskSeconds,
	}
}
