import type { IdentityParts } from './identity-parts.ts'
import { askForToken } from './oauth-token.ts'
import type { TokenSource } from './token-source.ts'

const defaultHost = 'http://169.254.169.254'
const apiVersion = '2018-02-01'

/**
 * Tokens of the managed identity of the machine; of several, the one with this client ID.
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#get-a-token-using-http
 */
export function azureManagedIdentity(
  { clientID, resource }: { readonly clientID: string | undefined; readonly resource: string },
  parts: Pick<IdentityParts, 'client' | 'clock' | 'environment'>,
): TokenSource {
  const host = parts.environment.azure.machineIdentityHost ?? defaultHost
  const url = new URL('/metadata/identity/oauth2/token', host)
  url.searchParams.set('api-version', apiVersion)
  url.searchParams.set('resource', resource)
  if (clientID !== undefined) url.searchParams.set('client_id', clientID)
  return {
    token: (signal) =>
      askForToken(
        parts,
        { method: 'GET', url, headers: ['metadata', 'true'], reach: 'Machine' },
        "Azure's service of managed identities",
        signal,
      ),
  }
}
