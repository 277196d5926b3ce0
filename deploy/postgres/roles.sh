#!/bin/sh
# Runs once, when the database is made. Three roles: `review_owner` owns the tables and runs migrations; `review_app` is
# the site's, `review_sequencer` the sequencer's. These own nothing, and get their rights from the owner after each
# migration: the site may add to the log, the sequencer to its tree.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres \
    --set owner_password="$OWNER_DATABASE_PASSWORD" --set app_password="$APP_DATABASE_PASSWORD" \
    --set sequencer_password="$SEQUENCER_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE review_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE review_app LOGIN PASSWORD :'app_password';
CREATE ROLE review_sequencer LOGIN PASSWORD :'sequencer_password';
CREATE DATABASE review OWNER review_owner;
REVOKE ALL ON DATABASE review FROM PUBLIC;
GRANT CONNECT ON DATABASE review TO review_app, review_sequencer;
SQL
