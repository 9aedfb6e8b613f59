import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientKeys, readClientConfig } from '../config-client.ts';
import { CLIENT_VALUES, readArguments } from './arguments.ts';
import { type Command, RequestError, UsageError } from './command.ts';
import { print } from './output.ts';
import { exportLine, exportLines, ROOT_KEY_FILE } from './print-credentials.ts';

export const command: Command = {
  summary: 'print what a shell or an AWS profile needs',
  help: `holdfast env              lines for a shell: eval "$(holdfast env)"
holdfast env --data DIR   the same with the root key that the first start left in DIR
holdfast env --profile    lines for ~/.aws/config and ~/.aws/credentials

  --endpoint URL   the server (AWS_ENDPOINT_URL, else http://localhost:9000)
  --data DIR       take the keys from DIR/${ROOT_KEY_FILE}, not from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY;
                   without those variables ./data is tried
  --profile        an AWS profile named holdfast instead of shell variables`,
  run(argv) {
    const { words, values, flags } = readArguments(argv, {
      values: [...CLIENT_VALUES, 'data'],
      flags: ['profile'],
    });
    if (words.length > 0) throw new UsageError('Type holdfast env, and no word after it but options.');
    const data = values.get('data');
    const { endpoint, region, ...keys } = readClientConfig(
      values.get('endpoint'),
      data === undefined ? { otherwise: rootKeyIn('data') } : { keys: requireRootKey(data) },
    );
    print(
      flags.has('profile')
        ? `# ~/.aws/config
[profile holdfast]
region = ${region}
endpoint_url = ${endpoint}
s3 =
  addressing_style = path

# ~/.aws/credentials
[holdfast]
aws_access_key_id = ${keys.accessKeyId}
aws_secret_access_key = ${keys.secretAccessKey}${sessionTokenLine(keys)}`
        : [
            exportLine({ AWS_ENDPOINT_URL: endpoint }),
            exportLine({ AWS_REGION: region, AWS_DEFAULT_REGION: region }),
            exportLines(keys),
          ].join('\n'),
    );
    return Promise.resolve(0);
  },
};

function sessionTokenLine({ sessionToken }: ClientKeys): string {
  return sessionToken === undefined ? '' : `\naws_session_token = ${sessionToken}`;
}

function requireRootKey(data: string): ClientKeys {
  const keys = rootKeyIn(data);
  if (keys !== undefined) return keys;
  throw new RequestError(
    `There is no ${join(data, ROOT_KEY_FILE)}: the first start writes the root key there only where none was given and no terminal is there to print it to.`,
  );
}

function rootKeyIn(data: string): ClientKeys | undefined {
  let text: string;
  try {
    text = readFileSync(join(data, ROOT_KEY_FILE), 'utf8');
  } catch {
    return undefined;
  }
  const accessKeyId = /^export AWS_ACCESS_KEY_ID=(\S+)$/m.exec(text)?.[1];
  const secretAccessKey = /^export AWS_SECRET_ACCESS_KEY=(\S+)$/m.exec(text)?.[1];
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey };
}
