/**
 * Loaded before the runtime interface client.
 *
 * The native part of the client is written in C++ and is not built here. This one does the same: it
 * reports the end of an invocation to the Runtime API.
 *
 * Connections over TLS go to the ports of the TLS fronts. The addresses stay those of the local services,
 * because a request is signed for its host, and a local service refuses requests for another host.
 */
const http = require('node:http');
const { basename } = require('node:path');
const tls = require('node:tls');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const fronts = JSON.parse(process.env.TLS_FRONTS);

function post(path, body) {
  const url = `/2018-06-01/runtime/invocation/${path}`;
  http.request({ hostname, port, method: 'POST', path: url }).end(body);
}

require.extensions['.node'] = (module, file) => {
  if (basename(file) !== 'rapid-client.node') return process.dlopen(module, file);
  module.exports = {
    done: (id, body) => post(`${id}/response`, body),
    error: (id, body) => post(`${id}/error`, body),
  };
};

const { connect } = tls;
tls.connect = (options, ...rest) =>
  connect({ ...options, port: fronts[options.port] ?? options.port }, ...rest);
