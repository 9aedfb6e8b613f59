import { CLIENT_HELP, CLIENT_VALUES, readArguments, refuseOthers } from './arguments.ts';
import { callServer } from './call-server.ts';
import { type Command, UsageError } from './command.ts';
import { print } from './output.ts';
import { printCredentials } from './print-credentials.ts';

interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const command: Command = {
  summary: "create, rotate and disable an account's root access keys",
  help: `holdfast access-key create [--account ID]   makes a further root access key and prints it, once
holdfast access-key rotate KEY              makes a new key and disables KEY
holdfast access-key disable KEY             disables KEY: requests signed with it are refused from now on

An account has at most two; a further one takes the place of one that is disabled.
Keys of users are made with: aws iam create-access-key

  --account ID     with create: whose key (your own account)
${CLIENT_HELP}`,
  async run(argv) {
    const given = readArguments(argv, {
      values: [...CLIENT_VALUES, 'account'],
      flags: ['json'],
    });
    const { words, values, flags } = given;
    const endpoint = values.get('endpoint');
    const account = values.get('account');
    const [verb, accessKeyId, ...more] = words;
    if (verb !== 'create') refuseOthers(given, `access-key ${verb ?? ''}`, ['endpoint', 'json']);
    const show = (title: string, key: AccessKey) =>
      flags.has('json')
        ? print(JSON.stringify({ accessKey: key }, undefined, 2))
        : printCredentials(title, key);
    if (verb === 'create' && accessKeyId === undefined) {
      const input = account === undefined ? {} : { account };
      const { accessKey } = await callServer<{ accessKey: AccessKey }>(
        endpoint,
        'CreateRootAccessKey',
        input,
      );
      show('A new root access key', accessKey);
      return 0;
    }
    if (verb === 'rotate' && accessKeyId !== undefined && more.length === 0) {
      const { accessKey } = await callServer<{ accessKey: AccessKey }>(endpoint, 'RotateRootAccessKey', {
        accessKeyId,
      });
      show(`Replaces ${accessKeyId}, which is disabled now`, accessKey);
      return 0;
    }
    if (verb === 'disable' && accessKeyId !== undefined && more.length === 0) {
      await callServer(endpoint, 'DisableRootAccessKey', { accessKeyId });
      print(
        flags.has('json')
          ? JSON.stringify({ accessKeyId, status: 'Inactive' })
          : `${accessKeyId} is disabled.`,
      );
      return 0;
    }
    throw new UsageError('Type holdfast access-key create, rotate KEY or disable KEY.');
  },
};
