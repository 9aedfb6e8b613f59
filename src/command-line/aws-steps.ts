import { styleText } from 'node:util';
import { shellWords } from './shell-words.ts';
import type { Terminal } from './terminal.ts';

/** A command of `aws` with its options by name; `true` is an option without a value. */
export interface AwsCommand {
  /** As `s3api put-bucket-policy`. */
  readonly command: string;
  readonly options: Readonly<Record<string, string | true>>;
}

/** A call that changes something, with the command that does the same when typed. */
export interface AwsStep<Answer> extends AwsCommand {
  readonly title: string;
  run(): Promise<Answer>;
}

/** Prints each step as it would be typed and makes it; a dry run only prints, and gives undefined. */
export type Perform = <Answer>(step: AwsStep<Answer>) => Promise<Answer | undefined>;

export function performer(
  { endpoint }: { readonly endpoint: string },
  terminal: Pick<Terminal, 'say'>,
  { dryRun }: { readonly dryRun: boolean },
): Perform {
  return async (step) => {
    terminal.say(`${styleText('dim', `# ${step.title}`)}\n${styleText('cyan', awsLine(endpoint, step))}\n`);
    return dryRun ? undefined : step.run();
  };
}

/** What is said between the steps; a shell that all of it is pasted into takes it for a comment. */
export function note(terminal: Pick<Terminal, 'say'>, text: string): void {
  terminal.say(styleText('dim', `# ${text}`));
}

/** One line for a shell. */
export function awsLine(endpoint: string, { command, options }: AwsCommand): string {
  const url = command.startsWith('s3control ') ? endpointOfS3Control(endpoint) : endpoint;
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, value],
  );
  return shellWords(['aws', '--endpoint-url', url, ...command.split(' '), ...words]);
}

/** `aws` puts the account before the host: `111122223333.localhost` can resolve, `111122223333.127.0.0.1` cannot. */
export function endpointOfS3Control(endpoint: string): string {
  return endpoint.replace(/^(https?:\/\/)(127\.0\.0\.1|\[::1\])(?=[:/]|$)/, '$1localhost');
}
