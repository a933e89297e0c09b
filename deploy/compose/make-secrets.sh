#!/bin/sh
# Makes every secret that docker-compose.yml mounts, in deploy/compose/secrets (ignored by git). What exists is kept,
# so it may run again. The folder is closed to other users of this machine; the files inside are readable because
# Compose mounts them into containers that run as another user. `admin_key` is mounted nowhere: it is yours.
set -eu

cd "$(dirname "$0")"
umask 077
mkdir -p secrets

random_hex() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

new_key() {
    printf 'gx_'
    head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'
}

sha256() {
    if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# An entry of the keys file: $1 the key's name and $2 its secret's, then its scopes.
service_key() {
    printf -- '- name: %s\n  sha256: %s\n  scopes: [%s]\n' "$1" "$(sha256 < "secrets/$2")" "$3"
}

keep_or_write() {
    if [ ! -s "secrets/$1" ]; then
        cat > "secrets/$1.new"
        chmod 0444 "secrets/$1.new"
        mv "secrets/$1.new" "secrets/$1"
        echo "made secrets/$1"
    fi
}

for name in postgres_password identity_key survey_key text_key \
    ingest_password ingest_owner_password scoring_password scoring_owner_password \
    engagement_password engagement_owner_password feedback_password feedback_owner_password; do
    random_hex | keep_or_write "$name"
done

for name in admin_key scoring_key; do
    new_key | keep_or_write "$name"
done
{
    service_key ingest-to-scoring scoring_key 'customers:read'
    service_key admin admin_key 'events:write, customers:read, customers:write, policies:write, care:read, care:write, feedback:read, feedback:write, privacy:write, admin'
} | keep_or_write keys.yaml
