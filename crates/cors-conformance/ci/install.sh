#!/bin/sh
# Downloads a release of cors-conformance for Linux (x86_64), compares its sum, and leaves the program
# in the folder $1.
#   RELEASES  where releases are, such as https://github.com/OWNER/cors-conformance/releases/download
#   VERSION   the version, such as 0.1.0
set -eu
folder=$1
: "${RELEASES:?where the releases are}" "${VERSION:?the version}"
name=cors-conformance-$VERSION-x86_64-unknown-linux-musl
mkdir -p "$folder"
cd "$folder"
for file in "$name.tar.gz" SHA256SUMS; do
  curl --fail --silent --show-error --location --output "$file" "$RELEASES/v$VERSION/$file"
done
grep " $name.tar.gz\$" SHA256SUMS | sha256sum --check --quiet -
tar -xzf "$name.tar.gz"
mv "$name/cors-conformance" .
