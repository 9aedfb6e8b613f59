import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { it } from 'vitest';

/** Tests that drive a real client. Where it is not installed they say so loudly as skipped; in CI, which installs it
 * (HOLDFAST_REQUIRE_PARTS), its absence is a failure. */
export function itWith(
  command: string,
  probe: readonly string[] = ['--version'],
): typeof it | typeof it.skip {
  if (answers(command, probe) || process.env['HOLDFAST_REQUIRE_PARTS'] === '1') return it;
  console.warn(`SKIPPED: ${command} ${probe.join(' ')} fails; see scripts/install-parts.mjs.`);
  return it.skip;
}

/** Whether a program runs here at all. */
export function answers(command: string, probe: readonly string[] = ['--version']): boolean {
  return spawnSync(command, probe, { stdio: 'ignore' }).status === 0;
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const COMMAND_MS_MAX = 120_000;

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell and gives what it said, whatever its exit code. The caller's own AWS settings (keys,
 * profiles, a bundle of certificates) stay away from it. */
export async function runCommand(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  folder?: string,
): Promise<CommandResult> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const options = {
    env: { ...Object.fromEntries(inherited), ...environment },
    ...(folder === undefined ? {} : { cwd: folder }),
    maxBuffer: OUTPUT_BYTES_MAX,
    timeout: COMMAND_MS_MAX,
  };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...parameters], options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failure = error as { code?: number | string; stdout?: string; stderr?: string; message: string };
    return {
      code: typeof failure.code === 'number' ? failure.code : 1,
      stdout: failure.stdout ?? '',
      stderr: failure.stderr ?? failure.message,
    };
  }
}
