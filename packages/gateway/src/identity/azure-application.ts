import type { IdentityParts } from './identity-parts.ts'
import { IdentityError } from './identity-error.ts'
import { askForToken, tokenRequest } from './oauth-token.ts'
import { readIdentityFile } from './read-identity-file.ts'
import type { TokenSource } from './token-source.ts'

const defaultAuthorityHost = 'https://login.microsoftonline.com'

/** An application that is registered in a tenant of Entra, and what it asks for. */
interface AzureApplication {
  readonly tenantID: string
  readonly clientID: string
  /** Such as `https://cognitiveservices.azure.com`. */
  readonly resource: string
}

type ApplicationParts = Pick<IdentityParts, 'client' | 'clock' | 'environment'>

/**
 * Tokens for an application that proves itself by a client secret.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#first-case-access-token-request-with-a-shared-secret
 */
export function azureClientSecret(
  application: AzureApplication,
  secret: string,
  parts: ApplicationParts,
): TokenSource {
  return {
    token: (signal) => askEntra(application, { client_secret: secret }, parts, signal),
  }
}

/**
 * Tokens for an application that trusts the issuer of a token in a file, such as the one that
 * Kubernetes projects for a service account.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential
 */
export function azureFederatedToken(
  application: AzureApplication,
  tokenFile: string,
  parts: ApplicationParts & Pick<IdentityParts, 'readFile'>,
): TokenSource {
  return {
    async token(signal) {
      const assertion = await readIdentityFile(
        parts.readFile,
        tokenFile,
        'AZURE_FEDERATED_TOKEN_FILE',
      )
      const proof = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }
      return askEntra(application, proof, parts, signal)
    },
  }
}

async function askEntra(
  { tenantID, clientID, resource }: AzureApplication,
  proof: Readonly<Record<string, string>>,
  parts: ApplicationParts,
  signal: AbortSignal,
) {
  const host = parts.environment.azure.authorityHost ?? defaultAuthorityHost
  const url = URL.parse(
    `${host.replace(/\/+$/, '')}/${encodeURIComponent(tenantID)}/oauth2/v2.0/token`,
  )
  if (url === null) throw new IdentityError('Misconfigured', 'AZURE_AUTHORITY_HOST is not a URL')
  const request = tokenRequest(url, {
    grant_type: 'client_credentials',
    client_id: clientID,
    scope: `${resource}/.default`,
    ...proof,
  })
  return askForToken(parts, request, 'Microsoft Entra', signal)
}
