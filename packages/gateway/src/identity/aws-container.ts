import { isIP } from 'node:net'
import { lentKeys } from './aws-credentials-answer.ts'
import type { AwsKeys } from './aws-signature.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import { answerObject } from './oauth-token.ts'
import { readIdentityFile } from './read-identity-file.ts'
import type { TokenSource } from './token-source.ts'

const who = "AWS's container credentials"
const relativeBase = 'http://169.254.170.2'

/**
 * Keys from the agent beside the container: EKS Pod Identity, or ECS.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function awsContainer({
  client,
  environment,
  readFile,
}: IdentityParts): TokenSource<AwsKeys> {
  const { aws } = environment
  return {
    async token(signal) {
      const url = addressOf(environment.aws)
      const { containerAuthorizationTokenFile: file } = aws
      const token =
        file === undefined
          ? aws.containerAuthorizationToken
          : await readIdentityFile(readFile, file, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')
      const headers = token === undefined ? [] : ['authorization', token]
      const reach = url.protocol === 'https:' && isIP(bareHost(url)) === 0 ? 'Network' : 'Machine'
      const answer = await client.send({ method: 'GET', url, headers, reach }, signal)
      return lentKeys(answerObject(answer, who), who)
    },
  }
}

/** A relative address counts more, as in AWS's SDKs. */
function addressOf(aws: IdentityParts['environment']['aws']): URL {
  const { containerCredentialsFullURI: full, containerCredentialsRelativeURI: relative } = aws
  const url = relative === undefined ? URL.parse(full ?? '') : URL.parse(relative, relativeBase)
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new IdentityError(
    'Misconfigured',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI is not an http or https URL',
  )
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}
