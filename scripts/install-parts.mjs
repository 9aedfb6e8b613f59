// Installs the optional real parts that a script needs, from Debian's packages: `install-parts.mjs awscli rclone ...`.
// Does nothing where they are there already; says what a person can do where it may not install.
import { spawnSync } from 'node:child_process';

/** Debian package to the command that shows it is there, where that is not `PACKAGE --version`. */
const PROBES = {
  awscli: ['aws', '--version'],
  rclone: ['rclone', 'version'],
  openssl: ['openssl', 'version'],
  'python3-boto3': ['python3', '-c', 'import boto3'],
  // Makes ACCOUNT.localhost resolve, the host that clients of S3 Control insist on.
  'libnss-myhostname': ['getent', 'hosts', '123456789012.localhost'],
};

const missing = process.argv.slice(2).filter((part) => {
  // Asked to run, not only looked up: a version manager's placeholder is on the PATH and does not work.
  const [command, ...parameters] = PROBES[part] ?? [part, '--version'];
  return spawnSync(command, parameters, { stdio: 'ignore' }).status !== 0;
});
if (missing.length > 0) {
  const list = `apt-get install ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) {
    console.error(`Not installed: ${missing.join(', ')}. Run as root: ${list}`);
    process.exit(1);
  }
  console.error(`Installing ${missing.join(', ')} from Debian's packages ...`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  const { status } = spawnSync(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...missing],
    options,
  );
  if (status !== 0) process.exit(status ?? 1);
}
