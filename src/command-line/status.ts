import { sleep, systemClock } from '../lib/clock.ts';
import type { ProcessStatus } from '../threads/process-status.ts';
import { CLIENT_HELP, CLIENT_VALUES, readArguments } from './arguments.ts';
import { callServer } from './call-server.ts';
import { type Command, RequestError, UsageError } from './command.ts';
import { print } from './output.ts';
import { renderStatus } from './render-status.ts';
import { Watching } from './watching.ts';

// A person sees a change at once; the server is asked twice a second.
const WATCH_INTERVAL_MS = 500;

export const command: Command = {
  summary: 'what is stored, what is pending and why something failed, on one screen',
  help: `holdfast status [BUCKET]   one screen: version, uptime, disks, buckets, and each rule towards each destination

  --watch          again and again until Ctrl-C
  --verify         recounts every counter from the rows that it counts; exit code 1 when one differs
${CLIENT_HELP}`,
  async run(argv) {
    const { words, values, flags } = readArguments(argv, {
      values: CLIENT_VALUES,
      flags: ['json', 'watch', 'verify'],
    });
    const [bucket, ...more] = words;
    if (more.length > 0) throw new UsageError('Type holdfast status, or holdfast status BUCKET.');
    const input = { ...(bucket !== undefined && { bucket }), verify: flags.has('verify') };
    const watching = new Watching();
    for (;;) {
      const answer = await watching.ask(() =>
        callServer<{ status: ProcessStatus }>(values.get('endpoint'), 'GetStatus', input),
      );
      if (answer !== undefined) show(answer.status, bucket, flags);
      if (!flags.has('watch')) return (answer?.status.counterDifferences?.length ?? 0) === 0 ? 0 : 1;
      await sleep(systemClock, WATCH_INTERVAL_MS);
    }
  },
};

function show(status: ProcessStatus, bucket: string | undefined, flags: ReadonlySet<string>): void {
  if (bucket !== undefined && status.buckets.length === 0) {
    throw new RequestError(`There is no bucket ${bucket}.`);
  }
  const isWatched = flags.has('watch');
  if (flags.has('json')) return print(JSON.stringify(status, undefined, isWatched ? 0 : 2));
  const clear = isWatched && process.stdout.isTTY ? '\u001b[H\u001b[J' : '';
  print(`${clear}${renderStatus(status)}`);
}
