#!/bin/sh
# Downloads a release of cors-conformance for Linux or macOS, compares its sum, and leaves the program
# in the folder $1.
#   RELEASES  where releases are, such as https://github.com/OWNER/cors-conformance/releases/download
#   VERSION   the version, such as 0.1.0
set -eu
folder=$1
: "${RELEASES:?where the releases are}" "${VERSION:?the version}"
case "$(uname -s) $(uname -m)" in
  'Linux x86_64') target=x86_64-unknown-linux-musl ;;
  'Linux aarch64') target=aarch64-unknown-linux-musl ;;
  'Darwin x86_64') target=x86_64-apple-darwin ;;
  'Darwin arm64') target=aarch64-apple-darwin ;;
  *) echo "there is no release for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
esac
if command -v sha256sum >/dev/null; then sum=sha256sum; else sum='shasum -a 256'; fi
name=cors-conformance-$VERSION-$target
mkdir -p "$folder"
cd "$folder"
for file in "$name.tar.gz" SHA256SUMS; do
  curl --fail --silent --show-error --location --output "$file" "$RELEASES/v$VERSION/$file"
done
grep " $name.tar.gz\$" SHA256SUMS | $sum -c - >/dev/null
tar -xzf "$name.tar.gz"
mv "$name/cors-conformance" .
