# shellcheck shell=bash
# Image registry that the host pushes to and the nodes pull from.

start registry docker-registry serve /etc/ha-celery/registry.yml
