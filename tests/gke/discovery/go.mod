// The version that the provider of @pulumi/gcp is built with.
module ha-celery/tests/gke/discovery

go 1.25.0

require google.golang.org/api v0.293.0
