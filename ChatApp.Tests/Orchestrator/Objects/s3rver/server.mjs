// s3rver with one bucket: node server.mjs <folder> <port> <bucket>
import http from 'node:http';
import S3rver from 's3rver';

const [directory, port, bucket] = process.argv.slice(2);
const s3 = new S3rver({ directory, silent: true, vhostBuckets: false, allowMismatchedSignatures: true, configureBuckets: [{ name: bucket }] });
await s3.configureBuckets();
const answer = s3.callback();
http.createServer((request, response) => {
  // S3 decodes all of it; s3rver leaves %2F as it is.
  const source = request.headers['x-amz-copy-source'];
  if (source)
    request.headers['x-amz-copy-source'] = decodeURIComponent(source);
  answer(request, response);
}).listen(Number(port), '127.0.0.1');
