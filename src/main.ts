#!/usr/bin/env node
import { styleText } from 'node:util';
import type { Command } from './command-line/command.ts';
import { endWhereOutputFails, print, untilTaken } from './command-line/output.ts';
import { replaceWithTunedProcess } from './command-line/tuned-process.ts';
import { keepCompiledCode } from './config-process.ts';
import { systemSentence } from './lib/system-sentence.ts';

/** The command line: find the command, run it, turn what it says into an exit code. Each command is a file of
 * command-line/, loaded only when it is asked for, so that `holdfast serve` is ready in under a second. */
const COMMANDS: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  serve: () => import('./command-line/serve.ts'),
  status: () => import('./command-line/status.ts'),
  account: () => import('./command-line/account.ts'),
  'access-key': () => import('./command-line/access-key.ts'),
  'master-key': () => import('./command-line/master-key.ts'),
  rule: () => import('./command-line/rule.ts'),
  jobs: () => import('./command-line/jobs.ts'),
  env: () => import('./command-line/env.ts'),
};

const EXIT_USAGE = 2;
const EXIT_FAILURE = 1;

async function run(commandName: string | undefined, argv: readonly string[]): Promise<number> {
  try {
    return await runCommand(commandName, argv);
  } catch (error) {
    return complain(error);
  }
}

async function runCommand(commandName: string | undefined, argv: readonly string[]): Promise<number> {
  if (commandName === undefined || ['help', '--help', '-h'].includes(commandName)) {
    print(await overview());
    return commandName === undefined ? EXIT_USAGE : 0;
  }
  if (['version', '--version', '-v'].includes(commandName)) {
    const { VERSION } = await import('./version.ts');
    print(`holdfast ${VERSION}`);
    return 0;
  }
  const load = COMMANDS[commandName];
  if (load === undefined) {
    console.error(`holdfast: there is no command "${commandName}". See holdfast --help.`);
    return EXIT_USAGE;
  }
  const asksForHelp = argv.includes('--help') || argv.includes('-h');
  // Before anything else is loaded, which would have to be loaded twice.
  if (commandName === 'serve' && !asksForHelp) replaceWithTunedProcess();
  const { command } = await load();
  if (asksForHelp) {
    print(command.help);
    return 0;
  }
  return await command.run(argv);
}

/** What a person can mend is one sentence; anything else is our fault and shows where. */
function complain(error: unknown): number {
  console.error(`holdfast: ${sentenceOf(error) ?? (error instanceof Error ? error.stack : String(error))}`);
  const isUsage = error instanceof Error && USAGE.has(error.name);
  return isUsage ? EXIT_USAGE : EXIT_FAILURE;
}

function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Error && REFUSALS.has(error.name)) return error.message;
  return systemSentence(error);
}

/** What was typed or set makes no sense. */
const USAGE: ReadonlySet<string> = new Set(['UsageError', 'ConfigError']);

const REFUSALS: ReadonlySet<string> = new Set([
  'ConfigError',
  'DataDirectoryError',
  'DirectoryInUseError',
  'MasterKeyError',
  'RequestError',
  'UsageError',
  'OutputError',
]);

async function overview(): Promise<string> {
  const lines: string[] = [];
  for (const [commandName, load] of Object.entries(COMMANDS)) {
    const { command } = await load();
    lines.push(`  ${styleText('bold', commandName.padEnd(12))} ${command.summary}`);
  }
  return `${styleText('bold', 'holdfast')}: an S3 server whose buckets replicate exactly as Amazon S3's do

${lines.join('\n')}

holdfast COMMAND --help tells more. To begin: holdfast serve`;
}

keepCompiledCode();
const [name, ...rest] = process.argv.slice(2);
// The server goes on without a reader of its log.
const isServer = name === 'serve' && !rest.includes('--help') && !rest.includes('-h');
if (!isServer) endWhereOutputFails();
const code = await run(name, rest);
// What a pipe has not taken yet would end with the process.
if (!isServer) await untilTaken();
// A start that was refused may leave threads that are still at work: nothing waits for them.
if (code === 0) process.exitCode = 0;
else process.exit(code);
