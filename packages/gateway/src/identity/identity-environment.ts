/**
 * What clouds tell a program of its identity, by variables that their own SDKs read. Undefined for
 * what is not told.
 */
export interface IdentityEnvironment {
  readonly aws: AwsEnvironment
  readonly azure: AzureEnvironment
  readonly google: GoogleEnvironment
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html */
interface AwsEnvironment {
  readonly accessKeyID: string | undefined
  readonly secretAccessKey: string | undefined
  readonly sessionToken: string | undefined
  readonly roleARN: string | undefined
  readonly roleSessionName: string | undefined
  readonly webIdentityTokenFile: string | undefined
  readonly containerCredentialsFullURI: string | undefined
  readonly containerCredentialsRelativeURI: string | undefined
  readonly containerAuthorizationToken: string | undefined
  readonly containerAuthorizationTokenFile: string | undefined
  readonly isInstanceMetadataDisabled: boolean
  readonly instanceMetadataEndpoint: string | undefined
  /** Of AWS's token service, instead of the one of the region. */
  readonly tokenServiceEndpoint: string | undefined
}

/** https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html */
interface AzureEnvironment {
  readonly tenantID: string | undefined
  readonly clientID: string | undefined
  readonly federatedTokenFile: string | undefined
  readonly authorityHost: string | undefined
  /** Of the machine's own identities, instead of the usual address. */
  readonly machineIdentityHost: string | undefined
}

/** https://cloud.google.com/docs/authentication/application-default-credentials */
interface GoogleEnvironment {
  readonly credentialsFile: string | undefined
  readonly metadataHost: string | undefined
}

/** Nothing is told. */
export const noIdentityEnvironment: IdentityEnvironment = {
  aws: {
    accessKeyID: undefined,
    secretAccessKey: undefined,
    sessionToken: undefined,
    roleARN: undefined,
    roleSessionName: undefined,
    webIdentityTokenFile: undefined,
    containerCredentialsFullURI: undefined,
    containerCredentialsRelativeURI: undefined,
    containerAuthorizationToken: undefined,
    containerAuthorizationTokenFile: undefined,
    isInstanceMetadataDisabled: false,
    instanceMetadataEndpoint: undefined,
    tokenServiceEndpoint: undefined,
  },
  azure: {
    tenantID: undefined,
    clientID: undefined,
    federatedTokenFile: undefined,
    authorityHost: undefined,
    machineIdentityHost: undefined,
  },
  google: { credentialsFile: undefined, metadataHost: undefined },
}
