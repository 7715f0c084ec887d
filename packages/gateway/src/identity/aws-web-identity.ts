import { lentKeysOf } from './aws-credentials-answer.ts'
import type { AwsKeys } from './aws-signature.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import { refusedBy, tokenRequest } from './oauth-token.ts'
import { readIdentityFile } from './read-identity-file.ts'
import type { TokenSource } from './token-source.ts'

const tokenService = "AWS's Security Token Service"

/** The role that the token in a file may take. */
interface WebIdentity {
  readonly roleARN: string
  readonly sessionName: string
  readonly tokenFile: string
  readonly region: string
}

/**
 * Keys of a role that trusts the issuer of a token in a file, such as the one that EKS projects for a
 * service account.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function awsWebIdentity(
  { roleARN, sessionName, tokenFile, region }: WebIdentity,
  { client, environment, readFile }: IdentityParts,
): TokenSource<AwsKeys> {
  const endpoint = environment.aws.tokenServiceEndpoint ?? tokenServiceAddress(region)
  return {
    async token(signal) {
      const url = URL.parse(endpoint)
      if (url === null) {
        throw new IdentityError('Misconfigured', 'AWS_ENDPOINT_URL_STS is not a URL')
      }
      const token = await readIdentityFile(readFile, tokenFile, 'AWS_WEB_IDENTITY_TOKEN_FILE')
      const request = tokenRequest(url, {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleARN,
        RoleSessionName: sessionName,
        WebIdentityToken: token,
      })
      // In the form that AWS documents.
      const { status, text } = await client.send({ ...request, headers: formHeaders }, signal)
      if (status !== 200) throw refusedBy(tokenService, status, element(text, 'Code'))
      const names = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration']
      return lentKeysOf(
        names.map((name) => element(text, name)),
        tokenService,
      )
    },
  }
}

const formHeaders = ['content-type', 'application/x-www-form-urlencoded']

/** https://docs.aws.amazon.com/general/latest/gr/sts.html */
function tokenServiceAddress(region: string): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return `https://sts.${region}.${suffix}/`
}

/** The text of the first element of this name; its values need no entities. */
function element(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`)
  const end = xml.indexOf(`</${name}>`, start)
  return start === -1 || end === -1 ? undefined : xml.slice(start + name.length + 2, end).trim()
}
