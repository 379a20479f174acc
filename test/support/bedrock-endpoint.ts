/** Points every Bedrock client of this process to `url` through the environment, as in a function. */
export function useBedrockAt(url: string): void {
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = url;
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
}
