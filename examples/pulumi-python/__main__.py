"""Two pools of Celery workers on an existing Kubernetes cluster."""

import pulumi
import pulumi_ha_celery as ha_celery
import pulumi_kubernetes as kubernetes

config = pulumi.Config()

# The existing cluster. The explicit context ensures that the current context is never used.
cluster = kubernetes.Provider("cluster", context=config.require("kubeContext"))

orders = ha_celery.HaCelery(
    "orders",
    rabbitmq_image=config.require("rabbitmqImage"),
    worker_image=config.require("workerImage"),
    app=config.require("app"),
    broker=ha_celery.BrokerOptionsArgs(
        compute=ha_celery.ComputeArgs(memory=config.require("brokerMemory")),
        storage=ha_celery.BrokerStorageArgs(size=config.require("brokerStorage")),
    ),
    workers=[
        ha_celery.WorkerPoolOptionsArgs(
            name="mail", queues=["mail"], replicas=2, concurrency=4, longest_task_seconds=120
        ),
        ha_celery.WorkerPoolOptionsArgs(
            name="reports", queues=["reports"], replicas=1, concurrency=1, longest_task_seconds=3600
        ),
    ],
    opts=pulumi.ResourceOptions(provider=cluster),
)

pulumi.export("namespace", orders.namespace_name)
pulumi.export("amqpUrl", orders.amqp_url)
pulumi.export("clientSecret", orders.client_secret_name)
pulumi.export("clientLabels", orders.client_labels)
pulumi.export("workers", orders.worker_deployment_names)
