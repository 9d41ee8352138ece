#!/bin/sh
# The engines that `make test-databases` asks, from the distribution's packages where they are missing and root may install them.
set -eu
missing=""
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v mariadbd >/dev/null 2>&1 || command -v mysqld >/dev/null 2>&1 || [ -x /usr/sbin/mysqld ] || missing="$missing mariadb-server"
ls /usr/lib/*/firebird/*/plugins/libEngine* /opt/firebird/plugins/libEngine* >/dev/null 2>&1 || missing="$missing firebird3.0-server-core libfbclient2"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  { timeout 120 apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 && exit 0
fi
echo "turnsql: no$missing here, and none can be installed: its tests are skipped" >&2
