import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { cbor } from '@smithy/core/cbor';
import { expect, test } from 'vitest';
import { startWireServer, TEST_ACCESS_KEY } from '../../testing/start-wire-server.ts';
import { compileOperations } from '../service-model.ts';
import { createAwsJson } from './aws-json.ts';
import { createAwsQuery } from './aws-query.ts';
import { createCbor } from './cbor.ts';

const operations = new Map(compileOperations(cloudwatch).map((one) => [one.name, one]));
const NOWHERE = { labels: {}, query: new Map(), headers: {} };

function operation(name: string) {
  const found = operations.get(name);
  if (found === undefined) throw new TypeError(name);
  return found;
}

const putMetricData = operation('PutMetricData');
const query = createAwsQuery({ namespace: 'urn:test', decimals: true });
const readQuery = (form: string) => query.readInput(putMetricData, NOWHERE, Buffer.from(form));

test('a form of old CloudWatch clients', () => {
  const form =
    'Action=PutMetricData&Version=2010-08-01&Namespace=a+b&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1.5&MetricData.member.1.Timestamp=2026-01-01T00%3A00%3A00Z';
  expect(readQuery(form)).toEqual({
    Namespace: 'a b',
    MetricData: [{ MetricName: 'm', Value: 1.5, Timestamp: new Date('2026-01-01T00:00:00Z') }],
  });
  expect(readQuery('Namespace=n&MetricData=')).toEqual({ Namespace: 'n', MetricData: [] });
});

test.each([
  ['a parameter that the model does not know', 'Namespace=n&Unknown=1'],
  ['a member missing', 'MetricData.member.1.MetricName=m'],
  ['a parameter twice', 'Namespace=n&Namespace=m'],
  ['an index that is no number', 'Namespace=n&MetricData.member.x.MetricName=m'],
  ['a number that is none', 'Namespace=n&MetricData.member.1.MetricName=m&MetricData.member.1.Value=x'],
  ['a structure given as text', 'Namespace=n&MetricData.member.1=m'],
  ['a path without an end', `Namespace=n&${'a.'.repeat(100)}`],
])('a form is refused for %s', (_title, form) => {
  expect(() => readQuery(form)).toThrow(expect.objectContaining({ code: 'ValidationError', status: 400 }));
});

test('CBOR, with times as tags', () => {
  const protocol = createCbor();
  const time = new Date(1_700_000_000_000);
  const output = { MetricDataResults: [{ Id: 'i', Timestamps: [time], Values: [1.5] }] };
  const answer = protocol.writeOutput(operation('GetMetricData'), output, { requestId: 'r', hostId: 'h' });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
  });
  const body = answer.body instanceof Uint8Array ? answer.body : Buffer.alloc(0);
  const read: unknown = cbor.deserialize(body);
  expect(read).toMatchObject({ MetricDataResults: [{ Id: 'i', Values: [1.5], Timestamps: [{ tag: 1 }] }] });
  const sent = { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 2 }] };
  expect(protocol.readInput(putMetricData, NOWHERE, Buffer.from(cbor.serialize(sent)))).toEqual(sent);
  const nested = Buffer.alloc(100_000, 0x81);
  expect(() => protocol.readInput(putMetricData, NOWHERE, nested)).toThrow(
    expect.objectContaining({ code: 'SerializationException' }),
  );
});

test.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['an unknown member', '{"Namespace":"n","MetricData":[],"Unknown":1}'],
  ['another kind', '{"Namespace":1,"MetricData":[]}'],
  ['a member missing', '{"MetricData":[]}'],
  ['nesting', `{"Namespace":${'['.repeat(100_000)}`],
])('JSON is refused for %s', (_title, body) => {
  const json = createAwsJson('1.0');
  expect(() => json.readInput(putMetricData, NOWHERE, Buffer.from(body))).toThrow(
    expect.objectContaining({ code: 'SerializationException', status: 400 }),
  );
});

test('CloudWatch without a handler, through its client', async () => {
  await using server = await startWireServer([]);
  const { endpoint } = server;
  const client = new CloudWatchClient({ endpoint, region: 'us-east-1', credentials: TEST_ACCESS_KEY });
  await expect(client.send(new ListMetricsCommand())).rejects.toMatchObject({
    name: 'NotImplemented',
    $metadata: { httpStatusCode: 501 },
  });
});
