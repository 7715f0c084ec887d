import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { cloudPlatformScope } from './google-scope.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import { answerObject, askForToken, tokenRequest } from './oauth-token.ts'
import { readIdentityFile } from './read-identity-file.ts'
import type { Token, TokenSource } from './token-source.ts'

const variable = 'GOOGLE_APPLICATION_CREDENTIALS'
const tokenService = "Google's Security Token Service"
const impersonation = "Google's IAM Credentials API"

/**
 * Tokens for an identity of elsewhere, such as a Kubernetes service account, that Google trusts by
 * workload identity federation. `config` is the JSON file that Google makes for it, whose source must
 * be a file: a projected token.
 * https://google.aip.dev/auth/4117
 */
export function googleExternalAccount(
  config: JsonObject,
  parts: Pick<IdentityParts, 'client' | 'clock' | 'readFile'>,
): TokenSource {
  return {
    async token(signal: AbortSignal): Promise<Token> {
      const audience = textOf(config, 'audience')
      const request = tokenRequest(urlOf(config, 'token_url'), {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience,
        scope: cloudPlatformScope,
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token: await subjectToken(config, parts),
        subject_token_type: textOf(config, 'subject_token_type'),
      })
      const federated = await askForToken(parts, request, tokenService, signal)
      if (config['service_account_impersonation_url'] === undefined) return federated
      return impersonated(config, federated, parts, signal)
    },
  }
}

async function subjectToken(
  config: JsonObject,
  { readFile }: Pick<IdentityParts, 'readFile'>,
): Promise<string> {
  const source = config['credential_source']
  const path = isJsonObject(source) ? source['file'] : undefined
  if (!isJsonObject(source) || typeof path !== 'string') {
    throw unusable('has a credential_source that is not a file')
  }
  const text = await readIdentityFile(readFile, path, `credential_source of ${variable}`)
  const format = isJsonObject(source['format']) ? source['format'] : {}
  if (format['type'] !== 'json') return text
  const field = format['subject_token_field_name']
  const fields = parseJsonOrUndefined(text)
  const token = isJsonObject(fields) && typeof field === 'string' ? fields[field] : undefined
  if (typeof token === 'string' && token !== '') return token
  throw unusable('names a file that lacks its subject_token_field_name')
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken */
async function impersonated(
  config: JsonObject,
  federated: Token,
  { client }: Pick<IdentityParts, 'client'>,
  signal: AbortSignal,
): Promise<Token> {
  const answer = await client.send(
    {
      method: 'POST',
      url: urlOf(config, 'service_account_impersonation_url'),
      headers: ['content-type', 'application/json', 'authorization', `Bearer ${federated.value}`],
      body: JSON.stringify({ scope: [cloudPlatformScope] }),
      reach: 'Network',
    },
    signal,
  )
  const { accessToken, expireTime } = answerObject(answer, impersonation)
  const expiresAtMs = Date.parse(String(expireTime))
  if (typeof accessToken !== 'string' || Number.isNaN(expiresAtMs)) {
    throw new IdentityError('Connect', `${impersonation} answered without a token`)
  }
  return { value: accessToken, expiresAtMs }
}

function textOf(config: JsonObject, name: string): string {
  const value = config[name]
  if (typeof value !== 'string' || value === '') throw unusable(`lacks ${name}`)
  return value
}

function urlOf(config: JsonObject, name: string): URL {
  const url = URL.parse(textOf(config, name))
  if (url === null) throw unusable(`has a ${name} that is not a URL`)
  return url
}

function unusable(detail: string): IdentityError {
  return new IdentityError(
    'Misconfigured',
    `the file that ${variable} names ${detail}; make it with "gcloud iam workload-identity-pools create-cred-config"`,
  )
}
