#!/bin/sh
# The part of the official image's entrypoint that creates a database: user, password, and name from variables.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
	user=${POSTGRES_USER:-postgres}
	printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
	initdb --username="$user" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust
	rm /tmp/password
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
	# Without TCP, so that nobody connects to a database that is not complete.
	pg_ctl --wait --options="-c listen_addresses=''" start
	database=${POSTGRES_DB:-$user}
	[ "$database" = postgres ] || createdb --username="$user" --maintenance-db=postgres "$database"
	pg_ctl --wait stop
fi

exec "$@" -c listen_addresses='*'
