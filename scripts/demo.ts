// The walk-through: two accounts, two regions, one source bucket, replicas in the other region and in the other
// account; then an archive that is added later, filled by a batch job. Every step as the command a person would type.
// Exits non-zero when anything differs from what is promised.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { DEFAULT_PORT } from '../src/config.ts';
import { firstSentence, messageOf } from '../src/lib/error-message.ts';
import { accountHostHint } from './demo/account-host.ts';
import { archiveSteps, confirmStep, createJobStep, describeJobStep, followJob } from './demo/batch.ts';
import { countArchived, followReplication, judge, judgeArchive, type Row } from './demo/judge.ts';
import { holdfast, type PortChoice, type RunningServer, showHoldfast, startServer } from './demo/server.ts';
import { configureSteps, DOCUMENTS, type Step, uploadSteps } from './demo/steps.ts';
import { collectUploads } from './demo/uploads.ts';
import {
  ARCHIVE,
  exampleDocument,
  FAR_REGION,
  HOME_REGION,
  type Keys,
  PARTNER,
  REPLICA,
  SOURCE,
  type World,
} from './demo/world.ts';

const BAR_WIDTH = 40;
// A file that the output goes to should tell each step once.
let progressSaid = '';
const DIFFERENCES_MAX = 10;
const PORT_MAX = 65_535;

const flags = readFlags();

const workFolder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
const server = await startServer(join(workFolder, 'data'), flags.port).catch((error: unknown) => {
  rmSync(workFolder, { recursive: true, force: true });
  console.error(`demo: ${messageOf(error)}.`);
  process.exit(1);
});
let failed = true;
try {
  failed = !(await walkThrough(server));
  if (!flags.once) await stayUp(server);
} finally {
  await server.stop();
  rmSync(workFolder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** One sentence and exit code 2 for what makes no sense, before anything is made. */
function readFlags(): { readonly once: boolean; readonly port: PortChoice } {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean', default: false }, port: { type: 'string' } },
    });
    const { once, port } = values;
    if (port === undefined) return { once, port: { preferred: DEFAULT_PORT } };
    if (!/^\d{1,5}$/.test(port) || Number(port) > PORT_MAX) {
      throw new Error(`--port is a number from 0 to ${PORT_MAX}, not "${port}"`);
    }
    return { once, port: { required: Number(port) } };
  } catch (error) {
    console.error(`demo: ${firstSentence(messageOf(error))}. It takes --once and --port NUMBER.`);
    process.exit(2);
  }
}

async function walkThrough({ endpoint, owner }: RunningServer): Promise<boolean> {
  heading(`Holdfast runs at ${endpoint}, regions ${HOME_REGION} and ${FAR_REGION}, account ${owner.account}`);
  say(styleText('dim', '$ holdfast account create partner'));
  const created = holdfast(endpoint, owner, ['account', 'create', 'partner', '--json']) as Created;
  const partner: Keys = { account: created.account.id, ...created.accessKey };
  const world: World = { endpoint, owner, partner, workFolder, uploads: collectUploads(workFolder) };
  mkdirSync(workFolder, { recursive: true });
  for (const name of DOCUMENTS) writeFileSync(join(workFolder, name), exampleDocument(name, world));
  describeProfiles(world);

  heading('Buckets, role, rules');
  await runSteps(world, configureSteps(world));
  heading(`Upload ${world.uploads.length} files`);
  await runSteps(world, uploadSteps(world));
  heading('Replication, asynchronously');
  await followReplication(world, showProgress);
  say('');
  heading('Judged by downloaded bodies, version ids and HeadObject');
  const areReplicasEqual = report(await judge(world));
  return (await batchWalk(world)) && areReplicasEqual;
}

/** Batch Replication: the uploads are older than a rule that is added now. */
async function batchWalk(world: World): Promise<boolean> {
  heading('Batch Replication: an archive is added, and what was uploaded before is to go there, too');
  const hint = await accountHostHint(world.owner.account, world.endpoint);
  if (hint !== undefined) say(styleText('yellow', hint));
  await runSteps(world, archiveSteps(world));
  say(
    `\n${await countArchived(world)} of the ${world.uploads.length} files are in ${ARCHIVE}: they are older than its rule.\n`,
  );

  const jobId = await runStep(world, createJobStep(world));
  say(`Job ${jobId}`);
  await showJob(world, jobId);
  await runStep(world, confirmStep(world, jobId));
  await showJob(world, jobId);

  heading('Every state that it entered');
  say(styleText('dim', `$ holdfast jobs show ${jobId}`));
  showHoldfast(world.endpoint, world.owner, ['jobs', 'show', jobId]);
  heading('Its completion report, held against itself, the job and both buckets');
  say(styleText('dim', `$ holdfast jobs report ${jobId}`));
  const isReportRight = showHoldfast(world.endpoint, world.owner, ['jobs', 'report', jobId]) === 0;
  const differences = await judgeArchive(world);
  for (const difference of differences.slice(0, DIFFERENCES_MAX)) say(styleText('red', difference));
  if (differences.length === 0) {
    say(
      styleText(
        'green',
        `\nEvery one of ${world.uploads.length} files is byte-equal as REPLICA in ${ARCHIVE}.`,
      ),
    );
  }
  return isReportRight && differences.length === 0;
}

/** Its state now and again, until it rests. */
async function showJob(world: World, jobId: string): Promise<void> {
  await runStep(world, describeJobStep(world, jobId));
  let shown = '';
  await followJob(world, jobId, ({ Status, ProgressSummary }) => {
    const { TotalNumberOfTasks: total = 0, ...numbers } = ProgressSummary ?? {};
    const done = (numbers.NumberOfTasksSucceeded ?? 0) + (numbers.NumberOfTasksFailed ?? 0);
    const progress = total > 0 ? `${Status}, ${done} of ${total} objects` : String(Status);
    const isAwaiting = Status === 'Suspended';
    const line = isAwaiting ? `${Status}: awaiting your confirmation to run on ${total} objects` : progress;
    if (line !== shown) say(line);
    shown = line;
  });
}

interface Created {
  readonly account: { readonly id: string };
  readonly accessKey: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

async function runSteps(world: World, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await runStep(world, step);
}

function runStep<Answer>(world: World, step: Step<Answer>): Promise<Answer> {
  const profile = step.profile === undefined ? '' : ` --profile ${step.profile}`;
  say(
    `${styleText('cyan', `$ aws --endpoint-url ${world.endpoint}${profile} ${step.command}`)}  ${styleText('dim', `# ${step.title}`)}`,
  );
  return step.run();
}

function describeProfiles({ owner, partner }: World): void {
  say(`
${styleText('dim', '# ~/.aws/credentials for the commands below')}
[default]
aws_access_key_id = ${owner.accessKeyId}
aws_secret_access_key = ${owner.secretAccessKey}
[partner]
aws_access_key_id = ${partner.accessKeyId}
aws_secret_access_key = ${partner.secretAccessKey}`);
}

function showProgress({
  total,
  completed,
  pending,
  failed: failures,
}: Parameters<Parameters<typeof followReplication>[1]>[0]): void {
  const bar = '█'.repeat(Math.round((completed / total) * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
  const line = `${bar} ${completed}/${total} COMPLETED, ${pending} PENDING${failures > 0 ? `, ${failures} FAILED` : ''}`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}\u001b[K`);
  else if (line !== progressSaid) say(line);
  progressSaid = line;
}

function report(rows: readonly Row[]): boolean {
  const width = Math.max(...rows.map(({ key }) => key.length));
  say(
    styleText(
      'bold',
      `${'key'.padEnd(width)} ${'bytes'.padStart(11)}  ${SOURCE.padEnd(16)} ${REPLICA.padEnd(16)} ${PARTNER}`,
    ),
  );
  for (const { key, bytes, source, replica, partner, differences } of rows) {
    const mark =
      differences.length === 0 ? styleText('green', 'equal') : styleText('red', differences.join('; '));
    say(
      `${key.padEnd(width)} ${String(bytes).padStart(11)}  ${source.padEnd(16)} ${replica.padEnd(16)} ${partner.padEnd(10)} ${mark}`,
    );
  }
  const wrong = rows.filter(({ differences }) => differences.length > 0).length;
  say(
    wrong === 0
      ? styleText(
          'green',
          `\nEvery one of ${rows.length} files is COMPLETED at the source and byte-equal as REPLICA at both destinations.`,
        )
      : styleText('red', `\n${wrong} of ${rows.length} files differ.`),
  );
  return wrong === 0;
}

/** Until Ctrl-C, so that the reader can go on by hand. */
function stayUp({ endpoint, owner }: RunningServer): Promise<void> {
  say(`
Still running at ${endpoint}. In another terminal:
  export AWS_ACCESS_KEY_ID=${owner.accessKeyId} AWS_SECRET_ACCESS_KEY=${owner.secretAccessKey} AWS_REGION=${HOME_REGION}
  aws --endpoint-url ${endpoint} s3 cp README.md s3://${SOURCE}/by-hand.md
  aws --endpoint-url ${endpoint} s3api head-object --bucket ${SOURCE} --key by-hand.md
  aws --endpoint-url ${endpoint} s3 ls s3://${REPLICA}
  npm run -s holdfast -- jobs --endpoint ${endpoint}
Ctrl-C ends it and removes its data.`);
  return new Promise((resolve) => {
    // A timer keeps the process alive while nothing else does.
    const alive = setInterval(() => undefined, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}

function heading(text: string): void {
  say(`\n${styleText('bold', text)}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
