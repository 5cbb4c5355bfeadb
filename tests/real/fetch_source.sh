#!/bin/sh
# fetch_source.sh gets a Debian or Ubuntu source package without changing the system: deb-src is off
# by default, so apt-get runs with a source list, package lists and a cache of its own.
#   fetch_source.sh PACKAGE DIR      the upstream archive is then in DIR/PACKAGE_VERSION.orig.tar.*
set -eu
package=$1 dir=$2
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
for archive in "$dir/$package"_*.orig.tar.*; do
  [ -f "$archive" ] && exit 0  # it is there already
done

apt=$dir/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/empty"

# The distribution's own entries, in either of apt's two formats, as deb-src lines.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$file" ] && sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\(http.*\)/deb-src \1\2/p' "$file"
done >"$apt/all.list"
for file in /etc/apt/sources.list.d/*.sources; do
  [ -f "$file" ] || continue
  awk '
    function flush(  u, s, i, j) {
      n = split(uris, u, " "); m = split(suites, s, " ")
      for (i = 1; i <= n; i++) for (j = 1; j <= m; j++)
        print "deb-src " (key ? "[signed-by=" key "] " : "") u[i], s[j], components
      uris = suites = components = key = ""
    }
    /^[ \t]*$/ { flush(); next }
    /^URIs:/ { sub(/^URIs:[ \t]*/, ""); uris = $0 }
    /^Suites:/ { sub(/^Suites:[ \t]*/, ""); suites = $0 }
    /^Components:/ { sub(/^Components:[ \t]*/, ""); components = $0 }
    /^Signed-By:[ \t]*\// { key = $2 }
    END { flush() }' "$file"
done >>"$apt/all.list"
grep -E '(debian|ubuntu)' "$apt/all.list" | grep -vE 'cloud\.google|nodesource|docker' >"$apt/sources.list" || true
if ! [ -s "$apt/sources.list" ]; then
  echo "fetch_source.sh: found no Debian or Ubuntu package source in /etc/apt" >&2
  exit 1
fi

own() {
  apt-get -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/empty" \
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Dir::Cache::pkgcache= \
    -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User= -o Acquire::Retries=3 \
    -o APT::Get::List-Cleanup=false "$@"
}
own update >"$apt/log" 2>&1 || { cat "$apt/log" >&2; exit 1; }
cd "$dir"
own source --tar-only "$package" >>"$apt/log" 2>&1 || { cat "$apt/log" >&2; exit 1; }
rm -rf "$apt/lists" "$apt/cache"
