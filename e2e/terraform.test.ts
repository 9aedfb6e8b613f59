import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { accountHostHint } from '../scripts/demo/account-host.ts';
import { projectRoot } from '../scripts/demo/world.ts';
import { answers, type CommandResult, runCommand } from '../src/testing/real-command.ts';
import { awsEnvironment, realServer, succeed } from './real-server.ts';

// Terraform reads back whatever it wrote and compares. It needs the AWS provider: from its registry, or from a folder in
// Terraform's layout that TERRAFORM_PLUGIN_DIR names. Debian has neither, so CI does not demand this test.

const TEST_MS_MAX = 600_000;
const UNCHANGED = 0;
const server = realServer();
const skipped: string[] = [];

afterAll(() => {
  for (const reason of skipped) console.warn(`SKIPPED: ${reason}`);
});

describe('Terraform', () => {
  it('applies, plans nothing afterwards, and destroys', { timeout: TEST_MS_MAX }, async ({ skip }) => {
    const giveUp = (reason: string): never => {
      skipped.push(reason);
      return skip(reason);
    };
    if (!answers('terraform', ['version'])) giveUp('terraform is not installed');
    const folder = join(server.folder, 'terraform');
    mkdirSync(folder);
    cpSync(join(projectRoot, 'e2e/terraform/main.tf'), join(folder, 'main.tf'));
    // The provider reads the tags of buckets through S3 Control, with the account in front of the host.
    const resolved = (await accountHostHint(server.owner.account, server.endpoint)) === undefined;
    const environment = {
      ...awsEnvironment(server.folder, server.owner),
      TF_VAR_endpoint: server.endpoint,
      ...(resolved ? {} : { HTTP_PROXY: server.endpoint }),
    };
    const terraform = (...words: string[]): Promise<CommandResult> =>
      runCommand('terraform', [...words, '-input=false', '-no-color'], environment, folder);
    const pluginFolder = process.env['TERRAFORM_PLUGIN_DIR'];
    const init = await terraform(
      'init',
      ...(pluginFolder === undefined ? [] : [`-plugin-dir=${pluginFolder}`]),
    );
    if (init.code !== 0) giveUp(`terraform init found no AWS provider: ${init.stderr.slice(0, 300)}`);

    expect(await succeed(terraform('apply', '-auto-approve'))).toContain(
      'Apply complete! Resources: 12 added, 0 changed, 0 destroyed.',
    );
    const planned = async (...more: string[]) => {
      const plan = await terraform('plan', '-detailed-exitcode', ...more);
      expect(plan.stdout).toContain('No changes. Your infrastructure matches the configuration.');
      expect(plan.code).toBe(UNCHANGED);
    };
    await planned();
    const changed = ['-var', 'purpose=changed'];
    expect(await succeed(terraform('apply', '-auto-approve', ...changed))).toContain(
      'Apply complete! Resources: 0 added, 1 changed, 0 destroyed.',
    );
    await planned(...changed);
    expect(await succeed(terraform('destroy', '-auto-approve'))).toContain(
      'Destroy complete! Resources: 12 destroyed.',
    );
  });
});
