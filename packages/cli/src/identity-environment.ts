import type { IdentityEnvironment } from '@fairlead/gateway'

/**
 * Reads the variables by which clouds tell a program who it is, as their own SDKs do. An empty one
 * counts as missing. Never fails: whether a value is of use shows when it is used.
 */
export function readIdentityEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): IdentityEnvironment {
  const get = (name: string) => {
    const value = environment[name]?.trim()
    return value === '' ? undefined : value
  }
  return {
    aws: {
      accessKeyID: get('AWS_ACCESS_KEY_ID'),
      secretAccessKey: get('AWS_SECRET_ACCESS_KEY'),
      sessionToken: get('AWS_SESSION_TOKEN'),
      roleARN: get('AWS_ROLE_ARN'),
      roleSessionName: get('AWS_ROLE_SESSION_NAME'),
      webIdentityTokenFile: get('AWS_WEB_IDENTITY_TOKEN_FILE'),
      containerCredentialsFullURI: get('AWS_CONTAINER_CREDENTIALS_FULL_URI'),
      containerCredentialsRelativeURI: get('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'),
      containerAuthorizationToken: get('AWS_CONTAINER_AUTHORIZATION_TOKEN'),
      containerAuthorizationTokenFile: get('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'),
      isInstanceMetadataDisabled: get('AWS_EC2_METADATA_DISABLED')?.toLowerCase() === 'true',
      instanceMetadataEndpoint: get('AWS_EC2_METADATA_SERVICE_ENDPOINT'),
      tokenServiceEndpoint: get('AWS_ENDPOINT_URL_STS'),
    },
    azure: {
      tenantID: get('AZURE_TENANT_ID'),
      clientID: get('AZURE_CLIENT_ID'),
      federatedTokenFile: get('AZURE_FEDERATED_TOKEN_FILE'),
      authorityHost: get('AZURE_AUTHORITY_HOST'),
      machineIdentityHost: get('AZURE_POD_IDENTITY_AUTHORITY_HOST'),
    },
    google: {
      credentialsFile: get('GOOGLE_APPLICATION_CREDENTIALS'),
      metadataHost: get('GCE_METADATA_HOST'),
    },
  }
}
