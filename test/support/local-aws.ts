/** Returns SDK client options for a server on this machine, which accepts any credentials. */
export function localAws(endpoint: string) {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}
