#!/bin/sh
# Starts SkyrimNet Proxy: ./run.sh [options]   (./run.sh --help lists them)
#
# Needs Java 25 or newer and finds it by itself. The jar is taken from beside this script or from
# build/; where the sources are here it is built first when it is missing or older than they are,
# for which the Java must be a JDK. All arguments are passed on.
#
# RUN_SH=jdk ./run.sh prints the JDK it would build with, for the Makefile.

needed=25

# The version of the Java installed in $1, 0 when it is none.
version_of() {
  version=$(sed -n 's/^JAVA_VERSION="\([0-9][^"]*\).*/\1/p' "$1/release" 2>/dev/null)
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9][^"]*\).*/\1/p')
  fi
  echo "${version:-0}"
}

# Whether virtual threads can be trusted on Java $1. On another the proxy uses ordinary ones.
is_sound() {
  case $1 in
    25 | 25.0.[0-3] | 25.0.[0-3].* | 26 | 26.0.0.* | *-ea*) return 1 ;;
  esac
}

# The first folder that holds bin/$1 (java or javac) of a Java new enough, one that is sound
# before one that is not. The newest is not looked for: whoever sets JAVA_HOME or PATH has chosen.
find_java() {
  on_path=$(command -v "$1") && on_path=$(readlink -f "$on_path" 2>/dev/null)
  second=
  for home in "$JAVA_HOME" "${on_path%/bin/*}" \
      /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/*jdk* /usr/local/*jdk* \
      "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
      "$HOME"/.local/share/mise/installs/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home \
      "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
      /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/$1" ] || continue
    version=$(version_of "$home")
    [ "${version%%[!0-9]*}" -ge "$needed" ] || continue
    if is_sound "$version"; then
      printf '%s\n' "$home"
      return 0
    fi
    second=${second:-$home}
  done
  [ -n "$second" ] && printf '%s\n' "$second"
}

find_jdk() {
  find_java javac || fail "A JDK $needed or newer is needed to build SkyrimNet Proxy: install" \
    "Temurin $needed (JDK) from adoptium.net, or point JAVA_HOME at one."
}

fail() {
  echo "$*" >&2
  exit 1
}

# Without a locale Java finds nothing in a folder whose name has other letters than ASCII's.
case ${LC_ALL:-${LC_CTYPE:-$LANG}} in '' | C | POSIX) export LC_ALL=C.UTF-8 ;; esac

self=$(readlink -f -- "$0" 2>/dev/null) || self=$0
here=$(CDPATH='' cd -- "$(dirname -- "$self")" && pwd) || exit 1
if [ "$RUN_SH" = jdk ]; then
  find_jdk
  exit
fi

jar=$here/build/skyrimnet-proxy.jar
if [ -f "$here/src/build/Build.java" ]; then
  if [ ! -f "$jar" ] || [ -n "$(find "$here/src" -newer "$jar")" ]; then
    jdk=$(find_jdk) || exit 1
    echo "Building SkyrimNet Proxy (once)..." >&2
    (cd -- "$here" && "$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
      src/build/Build.java) || fail "The build failed: see above."
  fi
elif [ -f "$here/skyrimnet-proxy.jar" ]; then
  jar=$here/skyrimnet-proxy.jar
fi
[ -f "$jar" ] || fail "skyrimnet-proxy.jar is missing: put it beside run.sh."

java=$(find_java java) || fail "Java $needed or newer is needed: install Temurin $needed from" \
  "adoptium.net, or point JAVA_HOME at one."
# Java starts in half the time from a cache of this jar's classes, which the proxy makes in a quiet
# minute. Nothing but its name says that it is of this jar and this Java. Where the mark is left
# beside it, the last start with it did not come up. SKYRIMNET_PROXY_CACHE=off does without.
use=
if [ "$SKYRIMNET_PROXY_CACHE" != off ] && [ -n "$HOME" ] &&
    sum=$({ sha256sum || shasum -a 256; } <"$jar" 2>/dev/null) && [ -n "$sum" ]; then
  folder=${XDG_CACHE_HOME:-$HOME/.cache}
  [ -d "$HOME/Library/Caches" ] && folder=$HOME/Library/Caches
  cache=$folder/skyrimnet-proxy/java-$(version_of "$java")-g1-${sum%% *}.aot
  if [ -e "$cache.starting" ]; then
    rm -f "$cache" "$cache.starting"
  elif [ -f "$cache" ] && { : >"$cache.starting"; } 2>/dev/null; then
    use=$cache
  fi
  export SKYRIMNET_PROXY_CACHE="$cache"
fi

# Beside a game memory counts: a small heap, collected early and by few threads. No
# TieredStopAtLevel=1: long prompts would take three times as long, and TLS twice.
exec "$java/bin/java" -XX:+UseG1GC -Xms16m -Xmx512m -XX:MaxNewSize=12m -XX:GCTimeRatio=2 -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:-G1UseAdaptiveIHOP -XX:ParallelGCThreads=2 -XX:G1ConcRefinementThreads=0 -XX:ConcGCThreads=1 ${use:+-XX:AOTCache="$use" -Xlog:disable} -jar "$jar" "$@"
