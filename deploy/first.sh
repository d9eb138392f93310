#!/bin/sh
# Writes deploy/.env at the first start: a password of the database that nobody chose, and the name of the service.
set -eu
cd "$(dirname "$0")"
if [ -e .env ]; then
  echo "deploy/.env is there already; it was left as it is."
  exit 0
fi
umask 077
{
  echo "EHYA_NAME=${1:-ehya.localhost}"
  echo "EHYA_TLS=internal"
  echo "EHYA_DB_PASSWORD=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
} >.env
echo "deploy/.env was written; keep it out of every repository and backup that others read."
