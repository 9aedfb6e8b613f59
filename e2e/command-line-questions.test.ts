import { afterEach, describe, expect, it, vi } from 'vitest';
import { readArguments } from '../src/command-line/arguments.ts';
import { connect } from '../src/command-line/aws-clients.ts';
import { performer } from '../src/command-line/aws-steps.ts';
import { createRule } from '../src/command-line/rule/create-rule.ts';
import { replicateExisting } from '../src/command-line/rule/replicate-existing.ts';
import { readRuleRequest } from '../src/command-line/rule/rule-request.ts';
import type { Terminal } from '../src/command-line/terminal.ts';
import { CommandLineWorld } from './command-line-world.ts';
import { awsEnvironment, realServer } from './real-server.ts';

// What a person at a terminal is asked, and what follows from the answers.

const TEST_MS_MAX = 120_000;
const server = realServer();
const world = new CommandLineWorld(server);
afterEach(() => vi.unstubAllEnvs());

/** Somebody who gives these answers in turn. */
function person(...answers: boolean[]) {
  const said: string[] = [];
  const asked: string[] = [];
  const terminal: Terminal = {
    interactive: true,
    width: 80,
    say: (text) => void said.push(text),
    clear: () => undefined,
    rewrite: () => undefined,
    confirm(question, otherwise) {
      asked.push(question);
      return Promise.resolve(answers.shift() ?? otherwise);
    },
  };
  return { terminal, said, asked };
}

async function createAs({ terminal }: ReturnType<typeof person>, source: string, destination: string) {
  for (const [name, value] of Object.entries(awsEnvironment(server.folder, server.owner))) {
    vi.stubEnv(name, value);
  }
  const aws = await connect(server.endpoint);
  const given = readArguments([], {});
  const request = readRuleRequest(source, destination, given);
  const perform = performer(aws, terminal, { dryRun: false });
  const created = await createRule(aws, request, { terminal, perform, enableVersioning: false });
  return replicateExisting({ aws, terminal, perform, given }, request, created);
}

describe('questions', { timeout: TEST_MS_MAX }, () => {
  it('versioning, existing objects, and whether to run the job', async () => {
    await world.bucket('asked', { versioned: false });
    await world.bucket('asked-copy', { versioned: false });
    await world.put('asked', 'old');
    const everything = person(true, true, true, true);
    expect(await createAs(everything, 'asked', 'asked-copy')).toBe(0);
    expect(everything.asked).toEqual([
      'Versioning of asked is off, and replication needs it. Enable it?',
      'Versioning of asked-copy is off, and replication needs it. Enable it?',
      'Replicate existing objects?',
      'Run it now on 1 object?',
    ]);
    expect(everything.said.join('\n')).toContain('\nCompleted: 1 of 1 object succeeded, 0 failed\n');
    expect(await world.status('asked-copy', 'old')).toBe('REPLICA');
  });

  it('without versioning nothing is done', async () => {
    await world.bucket('unversioned', { versioned: false });
    await world.bucket('other');
    await expect(createAs(person(false), 'unversioned', 'other')).rejects.toThrow('Nothing was changed.');
  });

  it('the job may wait', async () => {
    await world.bucket('later');
    await world.bucket('later-copy');
    await world.put('later', 'old');
    const cautious = person(true, false);
    expect(await createAs(cautious, 'later', 'later-copy')).toBe(0);
    expect(cautious.said.at(-1)).toMatch(/^To run it later: holdfast jobs run \S{36}$/);
    await expect(world.status('later-copy', 'old')).rejects.toThrow('UnknownError');
    expect(await world.said('jobs', '--status', 'Suspended')).toContain('later');
  });
});
