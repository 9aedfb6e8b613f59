import type { Arguments } from '../arguments.ts';
import type { AwsClients } from '../aws-clients.ts';
import type { Perform } from '../aws-steps.ts';
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
  console.log(JSON.stringify(value, undefined, 2));
}
