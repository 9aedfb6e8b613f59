/** What an S3ControlClient is given instead of `endpoint`. The SDK puts the account in front of the endpoint's host, which
 * few machines resolve, and none before an address; told to leave it out, it also has to be told how to sign. The header
 * names the account, too. */
export function s3ControlEndpoint(endpoint: string, region: string) {
  const authSchemes = [{ name: 'sigv4', signingName: 's3', signingRegion: region, properties: {} }];
  return {
    region,
    disableHostPrefix: true,
    endpointProvider: () => ({ url: new URL(endpoint), properties: { authSchemes } }),
  };
}
