import type { IdentityParts } from './identity-parts.ts'
import { askForToken } from './oauth-token.ts'
import type { TokenSource } from './token-source.ts'

const defaultHost = 'metadata.google.internal'
const path = '/computeMetadata/v1/instance/service-accounts/default/token'

/**
 * Tokens of the service account that Google has given to the machine, or on GKE to the pod.
 * https://cloud.google.com/compute/docs/access/authenticate-workloads#curl
 */
export function googleMetadata(
  parts: Pick<IdentityParts, 'client' | 'clock' | 'environment'>,
): TokenSource {
  const url = new URL(`http://${parts.environment.google.metadataHost ?? defaultHost}${path}`)
  return {
    token: (signal) =>
      askForToken(
        parts,
        { method: 'GET', url, headers: ['metadata-flavor', 'Google'], reach: 'Machine' },
        "Google's metadata server",
        signal,
      ),
  }
}
