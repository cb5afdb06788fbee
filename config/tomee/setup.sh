#!/bin/sh
# Sets TomEE 9 up for Carillon and deploys it, while the server is stopped:
#
#     setup.sh TOMEE-FOLDER CARILLON.EAR POSTGRESQL-DRIVER.JAR JAKARTA.PERSISTENCE-API-3.1.0.JAR
#
# TomEE 9 is Jakarta EE 9.1, whose Jakarta Persistence 3.0 is too old for Hibernate 6.6: it lacks
# one enum constant. So the server gets the interfaces of 3.1, and loses those of 3.0.
set -eu
[ $# -eq 4 ] || { sed -n '2,5p' "$0"; exit 2; }
tomee=$1 ear=$2 driver=$3 persistence=$4
here=$(cd "$(dirname "$0")" && pwd)

api=$(echo "$tomee"/lib/jakartaee-api-9.1-*-tomcat.jar)
[ -f "$api" ] || { echo "$tomee is no TomEE 9: it has no lib/jakartaee-api-9.1-*-tomcat.jar" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$api" "$work/api.jar"
(cd "$work" && mkdir api && cd api && jar -xf ../api.jar && rm -rf jakarta/persistence &&
    jar -cMf ../api.jar .)
mv "$work/api.jar" "$api" # a new file: the old one may have other names
cp "$persistence" "$driver" "$tomee/lib/"

cp "$here/tomee.xml" "$tomee/conf/tomee.xml"
mkdir -p "$tomee/apps"
cp "$ear" "$tomee/apps/carillon.ear"
rm -rf "$tomee/webapps/ROOT" # Carillon is at the root

# A channel's name may hold a slash, %2F in a path.
sed -i 's|<Connector port="8080" protocol="HTTP/1.1"|& encodedSolidusHandling="decode" maxConnections="60000"|' \
    "$tomee/conf/server.xml"

# TomEE's MicroProfile would put its own pages at /openapi, /health and /metrics, and TomEE leaves
# JAX-RS providers alone unless told otherwise.
settings=$tomee/conf/system.properties
grep -q '^tomee.mp.scan' "$settings" 2>/dev/null || cat >> "$settings" <<'END'

# Carillon
tomee.mp.scan = none
openejb.jaxrs.providers.auto = true
END
