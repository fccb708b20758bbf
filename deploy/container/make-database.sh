#!/bin/sh
# Runs once in the container of PostgreSQL, when there is no database yet: makes the app's, and an
# ordinary role that owns it.
set -eu
psql --username postgres --dbname postgres --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" <<'END'
CREATE ROLE deal_payments LOGIN PASSWORD :'password';
CREATE DATABASE deal_payments OWNER deal_payments ENCODING 'UTF8' TEMPLATE template0;
-- Nobody is superuser over the network, only inside the container.
ALTER ROLE postgres PASSWORD NULL;
END
