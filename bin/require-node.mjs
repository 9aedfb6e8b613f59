// Plain JavaScript that an old Node reads, too, without dependencies: whoever imports it may run before anything is installed.

/** Ends the process, with a sentence, where Node is older than `engines` in package.json demands: it strips types by itself
 * from 22.18 on. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  console.error(`Holdfast needs Node 22.18 or later; this is ${process.version}.`);
  process.exit(1);
}
