import { awsContainer } from './aws-container.ts'
import { awsInstance } from './aws-instance.ts'
import type { AwsKeys } from './aws-signature.ts'
import { awsWebIdentity } from './aws-web-identity.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import type { TokenSource } from './token-source.ts'

const defaultSessionName = 'fairlead'

/**
 * Who the gateway is at AWS, in the order of AWS's SDKs: keys in the environment, a role for the token
 * in AWS_WEB_IDENTITY_TOKEN_FILE, an agent beside the container, the role of the instance. A role that
 * the provider names is taken instead of AWS_ROLE_ARN, which needs such a token.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function awsWorkload(
  { region, roleARN }: { readonly region: string; readonly roleARN: string | undefined },
  parts: IdentityParts,
): TokenSource<AwsKeys> {
  const { aws } = parts.environment
  const { accessKeyID, secretAccessKey, sessionToken, webIdentityTokenFile: tokenFile } = aws
  const role = roleARN ?? aws.roleARN
  if (roleARN === undefined && accessKeyID !== undefined && secretAccessKey !== undefined) {
    const value = { accessKeyID, secretAccessKey, sessionToken }
    return { token: () => Promise.resolve({ value, expiresAtMs: undefined }) }
  }
  if (tokenFile !== undefined && role !== undefined) {
    const sessionName = aws.roleSessionName ?? defaultSessionName
    return awsWebIdentity({ roleARN: role, sessionName, tokenFile, region }, parts)
  }
  if (roleARN !== undefined) {
    return without(
      'spec.bedrock.roleARN needs AWS_WEB_IDENTITY_TOKEN_FILE, as IAM roles for service accounts set it',
    )
  }
  const { containerCredentialsFullURI, containerCredentialsRelativeURI } = aws
  if (containerCredentialsFullURI !== undefined || containerCredentialsRelativeURI !== undefined) {
    return awsContainer(parts)
  }
  if (!aws.isInstanceMetadataDisabled) return awsInstance(parts)
  return without(
    'nothing in the environment says who the gateway is at AWS, and AWS_EC2_METADATA_DISABLED is true',
  )
}

function without(message: string): TokenSource<AwsKeys> {
  return { token: () => Promise.reject(new IdentityError('Misconfigured', message)) }
}
