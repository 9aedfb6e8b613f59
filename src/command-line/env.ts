import { readClientConfig } from '../config-client.ts';
import { CLIENT_VALUES, readArguments } from './arguments.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'print what a shell or an AWS profile needs',
  help: `holdfast env             lines for a shell: eval "$(holdfast env)"
holdfast env --profile   lines for ~/.aws/config and ~/.aws/credentials

  --endpoint URL   the server (AWS_ENDPOINT_URL, else http://localhost:9000)
  --profile        an AWS profile named holdfast instead of shell variables`,
  run(argv) {
    const { values, flags } = readArguments(argv, { values: CLIENT_VALUES, flags: ['profile'] });
    const { endpoint, region, accessKeyId, secretAccessKey } = readClientConfig(values.get('endpoint'));
    console.log(
      flags.has('profile')
        ? `# ~/.aws/config
[profile holdfast]
region = ${region}
endpoint_url = ${endpoint}
s3 =
  addressing_style = path

# ~/.aws/credentials
[holdfast]
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = ${secretAccessKey}`
        : `export AWS_ENDPOINT_URL=${endpoint}
export AWS_REGION=${region}
export AWS_ACCESS_KEY_ID=${accessKeyId}
export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    );
    return Promise.resolve(0);
  },
};
