#!/bin/sh
# Runs once, when the database is made. Two roles: `review_owner` owns the tables and runs migrations; `review_app` is
# the site's, owns nothing, and gets its rights from the owner after each migration (on the log: INSERT and SELECT).
set -eu
psql --set ON_ERROR_STOP=1 --username postgres \
    --set owner_password="$OWNER_DATABASE_PASSWORD" --set app_password="$APP_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE review_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE review_app LOGIN PASSWORD :'app_password';
CREATE DATABASE review OWNER review_owner;
REVOKE ALL ON DATABASE review FROM PUBLIC;
GRANT CONNECT ON DATABASE review TO review_app;
SQL
