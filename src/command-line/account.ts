import { CLIENT_HELP, CLIENT_VALUES, readArguments } from './arguments.ts';
import { callServer } from './call-server.ts';
import { type Command, UsageError } from './command.ts';
import { print } from './output.ts';
import { printCredentials } from './print-credentials.ts';

interface Account {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

export const command: Command = {
  summary: 'create and list accounts',
  help: `holdfast account create NAME   makes an account and prints its root access key, once
holdfast account list          lists the accounts

${CLIENT_HELP}`,
  async run(argv) {
    const { words, values, flags } = readArguments(argv, { values: CLIENT_VALUES, flags: ['json'] });
    const json = flags.has('json');
    const endpoint = values.get('endpoint');
    const [verb, name, ...more] = words;
    if (verb === 'create' && name !== undefined && more.length === 0) {
      const created = await callServer<CreatedAccount>(endpoint, 'CreateAccount', { name });
      if (json) print(JSON.stringify(created, undefined, 2));
      else printCredentials(`Account ${created.account.id} (${created.account.name})`, created.accessKey);
      return 0;
    }
    if (verb === 'list' && name === undefined) {
      const { accounts } = await callServer<{ accounts: Account[] }>(endpoint, 'ListAccounts', {});
      if (json) print(JSON.stringify({ accounts }, undefined, 2));
      else for (const account of accounts) print(`${account.id}  ${account.createdAt}  ${account.name}`);
      return 0;
    }
    throw new UsageError('Type holdfast account create NAME, or holdfast account list.');
  },
};

interface CreatedAccount {
  readonly account: Account;
  readonly accessKey: { readonly accessKeyId: string; readonly secretAccessKey: string };
}
