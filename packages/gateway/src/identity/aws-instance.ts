import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { lentKeys } from './aws-credentials-answer.ts'
import type { AwsKeys } from './aws-signature.ts'
import type { IdentityRequest } from './identity-client.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import { refusedBy } from './oauth-token.ts'
import type { TokenSource } from './token-source.ts'

const who = "AWS's instance metadata service"
const defaultEndpoint = 'http://169.254.169.254'
const sessionSeconds = 21_600
const rolePath = '/latest/meta-data/iam/security-credentials/'

/**
 * Keys of the role of the EC2 instance, by version 2 of its metadata service.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
export function awsInstance({ client, environment }: IdentityParts): TokenSource<AwsKeys> {
  const endpoint = environment.aws.instanceMetadataEndpoint ?? defaultEndpoint
  return {
    async token(signal) {
      const ask = async (
        request: Pick<IdentityRequest, 'method' | 'headers'>,
        path: string,
      ): Promise<string> => {
        const url = URL.parse(path, endpoint)
        if (url === null) {
          throw new IdentityError('Misconfigured', 'AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL')
        }
        const { status, text } = await client.send({ ...request, url, reach: 'Machine' }, signal)
        if (status !== 200) throw refusedBy(who, status, undefined)
        return text.trim()
      }
      const ttl = ['x-aws-ec2-metadata-token-ttl-seconds', String(sessionSeconds)]
      const session = await ask({ method: 'PUT', headers: ttl }, '/latest/api/token')
      const read = {
        method: 'GET' as const,
        headers: ['x-aws-ec2-metadata-token', session],
      }
      const role = (await ask(read, rolePath)).split('\n')[0] ?? ''
      if (role === '') throw new IdentityError('Misconfigured', 'the EC2 instance has no role')
      const answer = parseJsonOrUndefined(await ask(read, rolePath + encodeURIComponent(role)))
      if (isJsonObject(answer) && answer['Code'] === 'Success') return lentKeys(answer, who)
      throw new IdentityError('Connect', `${who} answered without keys`)
    },
  }
}
