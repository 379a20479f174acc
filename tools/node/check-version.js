// This file runs before the sources, which an older Node.js cannot read: it does not strip types.
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  process.stderr.write(
    `Node.js is too old: got ${process.version}, allowed is ${NEEDED} or newer. ` +
      '`npm ci` installs it on Linux and on Windows for x64; elsewhere, install it yourself.\n',
  );
  process.exit(1);
}
