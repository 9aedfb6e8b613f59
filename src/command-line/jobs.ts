import { type Arguments, CLIENT_HELP, CLIENT_VALUES, readArguments, refuseOthers } from './arguments.ts';
import { connect } from './aws-clients.ts';
import { performer } from './aws-steps.ts';
import { type Command, UsageError } from './command.ts';
import { cancel, create, follow, report, run, setPriority, show } from './jobs/commands.ts';
import { JOB_FLAGS, JOB_VALUES } from './jobs/job-request.ts';
import type { JobsCall, JobsVerb } from './jobs/jobs-call.ts';
import { showJobs } from './jobs/show-jobs.ts';
import { openTerminal } from './terminal.ts';

export const command: Command = {
  summary: 'batch jobs: replicate what is there already, and check the report',
  help: `holdfast jobs                  the newest jobs of a region; --watch follows them, with bars
holdfast jobs create BUCKET    a job that replicates what is in BUCKET already; makes its role, too
holdfast jobs run ID           confirms a job that waits, and follows it
holdfast jobs follow ID        each state as it is entered, how far it is, how fast, how long it takes
holdfast jobs show ID          all of a job: numbers, every state with time and cause, why it failed
holdfast jobs report ID        fetches the completion report, and checks it against the job and every bucket
holdfast jobs priority ID N    higher runs first
holdfast jobs cancel ID        what is under way ends, nothing more is started

The beginning of an ID is enough.

  holdfast jobs create photos                     waits for your confirmation, with its number of objects
  holdfast jobs create photos --run --filter failed
  holdfast jobs create photos --prefix raw/ --created-before 2026-01-31

  --filter S            what to replicate: all, or of none,failed,completed,replica those with this status (all)
                        none: never tried; failed: failed before; completed: for a new destination
  --prefix P, --suffix S, --created-after T, --created-before T    fewer objects
  --wait, --run         wait for your confirmation (so unless told otherwise), or run as soon as it is prepared
  --report-bucket B     where the report goes (BUCKET-reports, made when it is not there); --report-prefix P
  --failed-only         only what failed in the report; --no-report: none
  --save-manifest B     keep the list of objects in bucket B
  --role new|ARN        a new role, or yours      --priority N (10)      --description TEXT
  --dry-run             print the commands only

  --follow, --no-follow go on until the job has ended, or not (on a terminal it does)
  --reason TEXT         why it is cancelled, or run
  --status S,...        only jobs with this status, such as Active      --limit N  (20)
  --output DIR          keep the report's files there
  --region R            whose jobs (AWS_REGION, else us-east-1)
${CLIENT_HELP}

Exit code 0: done and all is well; 1: something failed, or differs; 2: what was typed makes no sense.`,
  async run(argv) {
    const given = readArguments(argv, {
      values: [...CLIENT_VALUES, ...JOB_VALUES, 'region', 'output', 'reason', 'status', 'limit'],
      flags: [...JOB_FLAGS, 'json', 'watch', 'dry-run', 'follow', 'no-follow'],
    });
    const verb = chosen(given);
    const terminal = openTerminal({ quiet: given.flags.has('json') });
    const aws = await connect(given.values.get('endpoint'), given.values.get('region'));
    const perform = performer(aws, terminal, { dryRun: given.flags.has('dry-run') });
    return verb({ aws, terminal, perform, given });
  },
};

/** Looked at before anything is asked of the server. @throws UsageError */
function chosen(given: Arguments): JobsVerb {
  const [verb = 'list', subject, number, ...more] = given.words;
  const own = OWN_OPTIONS.get(verb);
  if (own !== undefined)
    refuseOthers(given, verb === 'list' ? 'jobs' : `jobs ${verb}`, [...COMMON_OPTIONS, ...own]);
  if (verb === 'list' && subject === undefined) return showJobs;
  if (verb === 'priority' && subject !== undefined && number !== undefined && more.length === 0) {
    return (call) => setPriority(call, subject, number);
  }
  const found = VERBS.get(verb);
  if (subject === undefined || number !== undefined || found === undefined) {
    throw new UsageError('Type holdfast jobs, or see holdfast jobs --help for what else.');
  }
  return (call) => found(call, subject);
}

const COMMON_OPTIONS = [...CLIENT_VALUES, 'json', 'region'];
const OWN_OPTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    list: ['status', 'limit', 'watch'],
    create: [...JOB_VALUES, ...JOB_FLAGS, 'dry-run', 'follow', 'no-follow'],
    run: ['dry-run', 'follow', 'no-follow', 'reason'],
    cancel: ['dry-run', 'reason'],
    priority: ['dry-run'],
    follow: [],
    show: [],
    report: ['output'],
  }),
);

const VERBS: ReadonlyMap<string, (call: JobsCall, subject: string) => Promise<number>> = new Map(
  Object.entries({ create, run, cancel, follow, show, report }),
);
