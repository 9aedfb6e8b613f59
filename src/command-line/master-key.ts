import { CLIENT_HELP, CLIENT_VALUES, readArguments } from './arguments.ts';
import { callServer } from './call-server.ts';
import { type Command, UsageError } from './command.ts';
import { print } from './output.ts';

export const command: Command = {
  summary: 'export or rotate the key that everything is sealed with',
  help: `holdfast master-key export   prints the master key: keep it apart from the data, nothing can be read without it
holdfast master-key rotate   makes a new generation; new objects use it, old ones stay readable

${CLIENT_HELP}`,
  async run(argv) {
    const { words, values, flags } = readArguments(argv, { values: CLIENT_VALUES, flags: ['json'] });
    const endpoint = values.get('endpoint');
    const [verb, ...more] = words;
    if (more.length > 0 || (verb !== 'export' && verb !== 'rotate')) {
      throw new UsageError('Type holdfast master-key export, or holdfast master-key rotate.');
    }
    if (verb === 'export') {
      const exported = await callServer<{ masterKey: string }>(endpoint, 'ExportMasterKey', {});
      print(flags.has('json') ? JSON.stringify(exported) : exported.masterKey.trim());
      return 0;
    }
    const rotated = await callServer<{ generation: string }>(endpoint, 'RotateMasterKey', {});
    print(
      flags.has('json')
        ? JSON.stringify(rotated)
        : `New objects are sealed under generation ${rotated.generation}.`,
    );
    return 0;
  },
};
