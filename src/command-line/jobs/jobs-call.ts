import type { Arguments } from '../arguments.ts';
import type { AwsClients } from '../aws-clients.ts';
import type { Perform } from '../aws-steps.ts';
import { print } from '../output.ts';
import type { Terminal } from '../terminal.ts';

/** What every `holdfast jobs ...` works with. */
export interface JobsCall {
  readonly aws: AwsClients;
  readonly terminal: Terminal;
  readonly perform: Perform;
  readonly given: Arguments;
}

/** Gives the exit code. */
export type JobsVerb = (call: JobsCall) => Promise<number>;

/** The answer for scripts. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** What must be typed, too, for the next command to find the job. */
export function regionOption({ aws, given }: Pick<JobsCall, 'aws' | 'given'>, region: string): string {
  return region === aws.region && !given.values.has('region') ? '' : ` --region ${region}`;
}
