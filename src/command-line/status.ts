import { sleep, systemClock } from '../lib/clock.ts';
import type { ProcessStatus } from '../threads/process-status.ts';
import { CLIENT_HELP, CLIENT_VALUES, readArguments } from './arguments.ts';
import { callServer } from './call-server.ts';
import { type Command, UsageError } from './command.ts';
import { renderStatus } from './render-status.ts';

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
    for (;;) {
      const { status } = await callServer<{ status: ProcessStatus }>(
        values.get('endpoint'),
        'GetStatus',
        input,
      );
      if (bucket !== undefined && status.buckets.length === 0)
        throw new UsageError(`There is no bucket ${bucket}.`);
      const text = flags.has('json')
        ? JSON.stringify(status, undefined, flags.has('watch') ? 0 : 2)
        : renderStatus(status);
      if (flags.has('watch') && process.stdout.isTTY && !flags.has('json'))
        process.stdout.write('\u001b[H\u001b[J');
      console.log(text);
      if (!flags.has('watch')) return (status.counterDifferences?.length ?? 0) === 0 ? 0 : 1;
      await sleep(systemClock, WATCH_INTERVAL_MS);
    }
  },
};
