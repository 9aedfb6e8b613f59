import { describe, expect, it } from 'vitest';
import { readClientConfig } from './config-client.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('how a command reaches a server', () => {
  it('an empty variable is not set', () => {
    const empty = {
      AWS_SESSION_TOKEN: '',
      AWS_ENDPOINT_URL: '',
      AWS_REGION: '',
      AWS_DEFAULT_REGION: 'eu-west-1',
    };
    expect(readClientConfig(undefined, {}, { ...KEYS, ...empty })).toEqual({
      endpoint: 'http://localhost:9000',
      region: 'eu-west-1',
      accessKeyId: 'AKIA',
      secretAccessKey: 'secret',
    });
    expect(() => readClientConfig(undefined, {}, { ...KEYS, AWS_ACCESS_KEY_ID: '' })).toThrow(
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  });

  it.each(['', 'localhost:9000', 'localhost', 'ftp://localhost', 'http://'])(
    '"%s" is no endpoint',
    (text) => {
      const complaint = `is a URL such as http://localhost:9000, not "${text}".`;
      expect(() => readClientConfig(text, {}, KEYS)).toThrow(`--endpoint ${complaint}`);
      if (text === '') return;
      expect(() => readClientConfig(undefined, {}, { ...KEYS, AWS_ENDPOINT_URL: text })).toThrow(
        `AWS_ENDPOINT_URL ${complaint}`,
      );
    },
  );
});
