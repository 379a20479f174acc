/** `Credential=KEY/20261123/us-east-1/bedrock/aws4_request`: one port serves all regions. */
export function signedRegion(authorization = ''): string | undefined {
  return /Credential=[^/]+\/\d+\/([^/]+)\/bedrock\/aws4_request/.exec(authorization)?.[1];
}
