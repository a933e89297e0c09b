#!/bin/sh
# Makes every secret that docker-compose.yml mounts, in deploy/compose/secrets (ignored by git). What exists is kept,
# so it may run again. The folder is closed to other users of this machine; the files inside are readable because
# Compose mounts them into containers that run as another user.
set -eu

cd "$(dirname "$0")"
umask 077
mkdir -p secrets

random_hex() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

keep_or_write() {
    if [ ! -s "secrets/$1" ]; then
        cat > "secrets/$1.new"
        chmod 0444 "secrets/$1.new"
        mv "secrets/$1.new" "secrets/$1"
        echo "made secrets/$1"
    fi
}

for name in postgres_password identity_key \
    ingest_password ingest_owner_password scoring_password scoring_owner_password \
    engagement_password engagement_owner_password feedback_password feedback_owner_password; do
    random_hex | keep_or_write "$name"
done
