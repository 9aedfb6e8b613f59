import { CLIENT_HELP, CLIENT_VALUES, readArguments } from './arguments.ts';
import { connect } from './aws-clients.ts';
import { performer } from './aws-steps.ts';
import { type Command, UsageError } from './command.ts';
import { createRule } from './rule/create-rule.ts';
import { replicateExisting } from './rule/replicate-existing.ts';
import {
  RULE_FLAGS,
  RULE_LISTS,
  RULE_VALUES,
  type RuleRequest,
  readRuleRequest,
} from './rule/rule-request.ts';
import { openTerminal } from './terminal.ts';

export const command: Command = {
  summary: 'replicate a bucket: role, policies and rule in one go',
  help: `holdfast rule create SOURCE DESTINATION   replicates what is written to one bucket into another

  holdfast rule create photos photos-copy                       everything
  holdfast rule create photos photos-copy --prefix raw/ --tag keep=yes
  holdfast rule create photos their-copy --account 444455556666 into another account

Makes the role, its policy and the rule by ordinary AWS calls, and prints each as the aws command that you could
type. Rules that are there stay. What another account must allow is printed, too.

  --prefix P            only keys that begin so
  --tag KEY=VALUE       only objects with this tag; several times: with all of them
  --account ID          the destination is this account's
  --change-owner        replicas belong to that account
  --role new|ARN        a new role, or yours (the one that the bucket's rules use, else a new one)
  --storage-class C     of the replicas (that of the object)
  --delete-markers      delete markers, too
  --id NAME             the rule's name (to-DESTINATION)
  --priority N          which of two rules for one destination counts; higher first (the next free one)
  --enable-versioning   do not ask before it is enabled
  --batch, --no-batch   replicate existing objects, too, by a batch job that runs at once, or not; do not ask
  --report-bucket B     with --batch: where its report goes (SOURCE-reports)
  --dry-run             print the commands only
${CLIENT_HELP}`,
  async run(argv) {
    const given = readArguments(argv, {
      values: [...CLIENT_VALUES, ...RULE_VALUES, 'report-bucket'],
      lists: RULE_LISTS,
      flags: [...RULE_FLAGS, 'json', 'dry-run', 'enable-versioning', 'batch', 'no-batch'],
    });
    const { words, values, flags } = given;
    const [verb, source, destination, ...more] = words;
    if (verb !== 'create' || source === undefined || destination === undefined || more.length > 0) {
      throw new UsageError('Type holdfast rule create SOURCE DESTINATION.');
    }
    if (flags.has('batch') && flags.has('no-batch')) throw new UsageError('Type --batch or --no-batch.');
    const terminal = openTerminal({ quiet: flags.has('json') });
    // Who can be asked may still want the job.
    const mayHaveJob = flags.has('batch') || (terminal.interactive && !flags.has('no-batch'));
    if (values.has('report-bucket') && !mayHaveJob) {
      throw new UsageError('--report-bucket is for the job of --batch: type both, or neither.');
    }
    const request = readRuleRequest(source, destination, given);
    const aws = await connect(values.get('endpoint'));
    const dryRun = flags.has('dry-run');
    const perform = performer(aws, terminal, { dryRun });
    const enableVersioning = flags.has('enable-versioning') || dryRun;
    const created = await createRule(aws, request, { terminal, perform, enableVersioning });
    if (created.added && !dryRun) {
      terminal.say(
        `Rule ${created.ruleId}: ${scopeWords(request)} written to ${source} from now on goes to ${destination}.`,
      );
    }
    return replicateExisting({ aws, terminal, perform, given }, request, created);
  },
};

function scopeWords({ prefix, tags }: RuleRequest): string {
  const limits = [
    ...(prefix === undefined ? [] : [`begins with ${prefix}`]),
    ...tags.map(([key, value]) => `has the tag ${key}=${value}`),
  ];
  return limits.length === 0 ? 'what is' : `what ${limits.join(' and ')} and is`;
}
