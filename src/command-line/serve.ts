import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { readServeConfig, SERVE_SETTINGS, type ServeConfig } from '../config.ts';
import { errorCode } from '../lib/error-code.ts';
import { messageOf } from '../lib/error-message.ts';
import { createLogger, type Logger } from '../lib/logger.ts';
import { writeFileDurably } from '../store/durable-file.ts';
import type { RootKey } from '../threads/first-start.ts';
import type { RunningSite } from '../threads/site-process.ts';
import { loadThread } from '../threads/worker-thread.ts';
import { VERSION } from '../version.ts';
import { type Command, RequestError } from './command.ts';
import { printed } from './output.ts';
import { credentialLines, exportLines, ROOT_KEY_FILE } from './print-credentials.ts';
import { requireCertificate } from './require-certificate.ts';

const FLAG_WIDTH = 30;

export const command: Command = {
  summary: 'run the server',
  help: `holdfast serve [--flag value ...]

  holdfast serve                                      http://localhost:9000, data in ./data
  holdfast serve --port 9100 --data /srv/holdfast     elsewhere
  holdfast serve --regions us-east-1=/disk1,ap-south-1=/disk2

${SERVE_SETTINGS.map(({ flag, short, value, help }) => `  ${`${short === undefined ? '' : `-${short}, `}--${flag} ${value}`.padEnd(FLAG_WIDTH)} ${help}`).join('\n')}

A flag comes before its variable, a variable before the file:
${SERVE_SETTINGS.map(({ flag, variable }) => `  --${flag.padEnd(FLAG_WIDTH - 2)} ${variable}`).join('\n')}
  ${'HOLDFAST_MASTER_KEY'.padEnd(FLAG_WIDTH)} the master key itself, in base64
  ${'HOLDFAST_ROOT_ACCESS_KEY_ID'.padEnd(FLAG_WIDTH)} with HOLDFAST_ROOT_SECRET_ACCESS_KEY: a root key of the first account`,
  async run(argv) {
    const config = readServeConfig(argv);
    requireCertificate(config);
    const logger = createLogger({ level: config.logLevel, format: config.logFormat });
    // From now on: whoever asks during the start is heard as soon as there is something to stop.
    const asked = stopAskedFor(logger);
    // The longest part of a start: it goes on beside all others, the reading of this thread's own program too.
    const firstThread = loadThread('http');
    const { startSite } = await import('../threads/site-process.ts');
    const handOver = (account: string, key: RootKey) => handOverRootKey(config, account, key, logger);
    const site = await startSite(config, logger, firstThread, handOver).catch((error: unknown) => {
      throw asRefusal(error, config);
    });
    announce(config, site, logger);
    endOnFailure(site, logger);
    flushCompileCache();
    await asked;
    await site.stop();
    logger.info({}, 'stopped');
    await logger.flush();
    return 0;
  },
};

function announce(config: ServeConfig, site: RunningSite, logger: Logger): void {
  const scheme = config.tls === undefined ? 'http' : 'https';
  logger.info(
    {
      version: VERSION,
      endpoint: `${scheme}://localhost:${site.port}`,
      regions: [...config.regions.keys()].join(','),
      data: config.data,
      account: site.operatorAccount,
    },
    'Holdfast is ready',
  );
}

/** Once, to a person; where nobody watches, to a file that only its owner reads. The start goes on when it is out. */
async function handOverRootKey(
  config: ServeConfig,
  account: string,
  key: RootKey,
  logger: Logger,
): Promise<void> {
  if (process.stdout.isTTY) {
    await printed(credentialLines(`The root access key of account ${account}, shown this once`, key));
  } else {
    const path = join(config.data, ROOT_KEY_FILE);
    writeFileDurably(path, `${exportLines(key)}\n`);
    logger.warn(
      { path, account },
      'the root access key of the first account was written to a file: read it and remove it',
    );
  }
  // One that the operator names was there before.
  if (config.masterKey.kind === 'file' && config.masterKey.create) {
    logger.warn(
      { masterKey: config.masterKey.path },
      'keep a copy of the master key elsewhere: nothing can be read without it',
    );
  }
}

/** SIGTERM and SIGINT end the server in order; a second one ends it at once. */
function stopAskedFor(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(1);
      asked = true;
      logger.info({ signal }, 'stopping: requests under way are finished first');
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

function endOnFailure(site: RunningSite, logger: Logger): void {
  site.onFailure((error) => {
    logger.error({ cause: error }, 'a store failed for good: the process ends, so that it is started again');
    void logger.flush().finally(() => process.exit(1));
  });
}

/** What the system says, as one sentence for a person. */
function asRefusal(error: unknown, config: ServeConfig): unknown {
  const message = messageOf(error);
  if (/EADDRINUSE/.test(message))
    return new RequestError(`Port ${config.port} is taken: choose another with --port.`);
  if (/EACCES.*listen|listen EACCES/.test(message)) {
    return new RequestError(`Port ${config.port} may not be used by this user: choose another with --port.`);
  }
  if (/EADDRNOTAVAIL/.test(message)) {
    return new RequestError(`${config.hosts.join(', ')} is no address of this machine: see --host.`);
  }
  // What node says of a write names no file.
  if (errorCode(error) === 'ENOSPC') return new RequestError(`No space is left for ${config.data}.`);
  const unknown = /getaddrinfo \w+ (\S+)/.exec(message)?.[1];
  if (unknown !== undefined) {
    return new RequestError(`${unknown} is no address, nor a name that has one: see --host.`);
  }
  return error;
}
