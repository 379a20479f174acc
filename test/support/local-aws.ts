/**
 * Returns SDK client options for a server on this machine, which accepts any credentials. A client tries
 * often, because an embedded run may throttle it.
 */
export function localAws(endpoint: string) {
  return {
    endpoint,
    region: 'us-east-1',
    maxAttempts: 10,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}
