#!/bin/sh
# Makes the four databases, each with an owner role (migrations) and a runtime role (api and worker) that may not
# change the schema. The postgres image runs it once, on an empty volume; it may run again on any PostgreSQL >= 15:
#   PGHOST=... PGUSER=... SECRETS_DIR=deploy/compose/secrets deploy/compose/create-databases.sh
# Passwords are read from SECRETS_DIR/<service>_password and SECRETS_DIR/<service>_owner_password.
set -eu

SECRETS_DIR="${SECRETS_DIR:-/run/secrets}"

superuser() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-${PGUSER:-postgres}}" "$@"
}

for service in ingest scoring engagement feedback; do
    # Passwords travel on standard input, never on a command line that others could list.
    {
        printf '%s\n' "\\set password \`cat '$SECRETS_DIR/${service}_password'\`"
        printf '%s\n' "\\set owner_password \`cat '$SECRETS_DIR/${service}_owner_password'\`"
        cat <<'SQL'
SET password_encryption = 'scram-sha-256';
SET log_statement = 'none';
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY[:'service', :'service' || '_owner']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'service', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"service" TO :"service";
\connect :service
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE, SELECT ON SEQUENCES TO :"service";
SQL
    } | superuser --set service="$service" --set owner="${service}_owner" --dbname postgres
done
