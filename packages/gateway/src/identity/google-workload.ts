import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { googleExternalAccount } from './google-external-account.ts'
import { googleMetadata } from './google-metadata.ts'
import { googleServiceAccount } from './google-service-account.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import { readIdentityFile } from './read-identity-file.ts'
import type { TokenSource } from './token-source.ts'

const variable = 'GOOGLE_APPLICATION_CREDENTIALS'

/**
 * Who the gateway is at Google, in the order of Application Default Credentials: the file that
 * GOOGLE_APPLICATION_CREDENTIALS names, otherwise the metadata server.
 * https://cloud.google.com/docs/authentication/application-default-credentials
 */
export function googleWorkload(parts: IdentityParts): TokenSource {
  const { credentialsFile } = parts.environment.google
  if (credentialsFile === undefined) return googleMetadata(parts)
  return {
    async token(signal) {
      const text = await readIdentityFile(parts.readFile, credentialsFile, variable)
      const config = parseJsonOrUndefined(text)
      const type = isJsonObject(config) ? config['type'] : undefined
      if (type === 'service_account') return googleServiceAccount(text, parts).token(signal)
      if (isJsonObject(config) && type === 'external_account') {
        return googleExternalAccount(config, parts).token(signal)
      }
      throw new IdentityError(
        'Misconfigured',
        `the file that ${variable} names has neither the type service_account nor external_account`,
      )
    },
  }
}
