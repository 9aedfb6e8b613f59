// The raw limit: node:http that reads the body and answers with as many bytes as S3 would send. Prints its port.
import { createServer } from 'node:http';

const get = Buffer.alloc(Number(process.argv[2] ?? 4096), 7);
// As long as our own answer to a list of 100 keys of this benchmark.
const list = Buffer.alloc(Number(process.argv[3] ?? 33_000), 60);

const server = createServer((request, response) => {
  const body = request.method === 'PUT' ? Buffer.alloc(0) : request.url?.includes('list-type') ? list : get;
  request.on('data', () => undefined);
  request.on('end', () => {
    response.writeHead(200, { 'content-length': body.length, etag: '"d41d8cd98f00b204e9800998ecf8427e"' });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
process.once('SIGTERM', () => process.exit(0));
