#!/bin/sh
# Installs a release of l5d-pki-render for this machine, if its archive has the
# checksum that you expect. For CI: the checksum is a line of the release's
# checksums.txt, whose signature you checked once (docs/install.md).
#
#   install.sh VERSION SHA256 DIRECTORY      install.sh v0.1.0 9f86d0… /usr/local/bin
#
# L5D_PKI_RELEASES is where releases are, for mirrors: an https or file URL.
set -eu
[ $# -eq 3 ] || { echo "usage: install.sh VERSION SHA256 DIRECTORY" >&2; exit 2; }
version=${1#v} expected=$2 directory=$3

case $(uname -s) in
Linux) os=linux ;;
Darwin) os=darwin ;;
*) echo "install.sh: error: no archive for $(uname -s): on Windows use Scoop or the zip" >&2; exit 1 ;;
esac
case $(uname -m) in
x86_64 | amd64) arch=amd64 ;;
aarch64 | arm64) arch=arm64 ;;
*) echo "install.sh: error: no archive for $(uname -m)" >&2; exit 1 ;;
esac

releases=${L5D_PKI_RELEASES:-https://github.com/l5d-pki/l5d-pki-render/releases/download}
archive=l5d-pki-render_${version}_${os}_${arch}.tar.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
  --retry 3 --max-time 300 --output "$work/$archive" "$releases/v$version/$archive"
if command -v sha256sum >/dev/null; then
  actual=$(sha256sum "$work/$archive")
else
  actual=$(shasum -a 256 "$work/$archive")
fi
actual=${actual%% *}
if [ "$actual" != "$expected" ]; then
  echo "install.sh: error: $archive has the SHA-256 $actual, want $expected: nothing was installed" >&2
  exit 1
fi
mkdir -p "$work/programs" "$directory"
tar -xzf "$work/$archive" -C "$work/programs"
for program in "$work"/programs/l5d-pki-render*; do
  name=${program##*/}
  if [ -d "$directory/$name" ]; then
    echo "install.sh: error: $directory/$name is a directory: remove it" >&2
    exit 1
  fi
  new=$(mktemp "$directory/.$name.XXXXXX") # a name that nobody has put a link at
  trap 'rm -rf "$work" "$new"' EXIT INT TERM
  cp "$program" "$new"
  chmod 755 "$new"
  mv -f "$new" "$directory/$name" # a program that runs is replaced whole
done
"$directory/l5d-pki-render" version
