import type { LLMProviderSettings } from '@fairlead/snapshot'
import { readSharedCredentials } from '../identity/aws-shared-credentials.ts'
import { type AwsKeys, AwsSigner } from '../identity/aws-signature.ts'
import { awsWorkload } from '../identity/aws-workload.ts'
import { CachedTokenSource } from '../identity/cached-token-source.ts'
import type { IdentityParts } from '../identity/identity-parts.ts'
import type { OutgoingHttp } from './provider-type.ts'
import type { RequestAuthorizer, RequestProof } from './request-authorizer.ts'

/** What calls to Bedrock's models are signed for. */
const service = 'bedrock'

/**
 * Proves who asks at AWS: by a signature with the keys of a credential or of the gateway's own
 * identity, or by an API key of Bedrock, which a credential is that holds no keys.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
 */
export function awsAuthorizer(
  { baseURL, bedrock }: LLMProviderSettings,
  parts: IdentityParts,
): RequestAuthorizer {
  const { clock } = parts
  const { region = '', roleARN } = bedrock ?? {}
  const { host } = new URL(baseURL)
  const signer = new AwsSigner(service, region)
  const workload = new CachedTokenSource(awsWorkload({ region, roleARN }, parts), clock)
  return {
    async prove(request, credential, signal) {
      const keys =
        credential === undefined
          ? (await workload.token(signal)).value
          : readSharedCredentials(credential)
      if (keys === undefined) return bearer(credential ?? '')
      return {
        headers: signer.sign(signedParts(request, host), keys, clock.now()),
        secret: secretOf(keys),
        refused: () => workload.discard(keys),
      }
    },
  }
}

/** Headers that others on the way may change are not signed. */
function signedParts({ body, headers, path }: OutgoingHttp, host: string) {
  const signed: string[] = []
  for (let index = 0; index < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2)
    if (name === 'content-type' || name.startsWith('x-amz')) signed.push(name, value)
  }
  return { method: 'POST', host, path, headers: signed, body }
}

/** AWS quotes the signed request, session token included, when it does not accept the signature. */
function secretOf({ secretAccessKey, sessionToken }: AwsKeys): string {
  return sessionToken ?? secretAccessKey
}

function bearer(key: string): RequestProof {
  return { headers: ['authorization', `Bearer ${key}`], secret: key, refused: () => {} }
}
