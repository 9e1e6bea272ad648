#!/bin/sh
# Starts a container's command with this package, which `inject` mounts, and has Celery load it. A variable in the
# pod's specification would replace the same variable of the image.
set -eu

refuse() {
  echo "inject: $1" >&2
  exit 1
}

loader=ha_celery.loader:Loader
folder=${0%/*}
if [ "${CELERY_LOADER:-$loader}" != "$loader" ]; then
  refuse "CELERY_LOADER is '$CELERY_LOADER', but must be '$loader'. Unset it, or omit inject, install ha-celery in the image, and call ha_celery.configure(app)."
fi
if [ -e ha_celery ]; then
  refuse "the image has ha_celery in its working directory, $PWD, which Python would load instead. Remove it from the image, or omit inject."
fi
command -v "$1" >/dev/null || refuse "the image has no command '$1'. Install it, or set command."

export CELERY_LOADER=$loader
export PYTHONPATH="${folder%/*}${PYTHONPATH:+:$PYTHONPATH}"
# Without a shell in between, so that SIGTERM reaches Celery, which completes running tasks.
exec "$@"
