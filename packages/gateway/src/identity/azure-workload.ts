import { azureFederatedToken } from './azure-application.ts'
import { azureManagedIdentity } from './azure-managed-identity.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import type { TokenSource } from './token-source.ts'

/**
 * Who the gateway is at Azure: with AZURE_FEDERATED_TOKEN_FILE, which the webhook of Azure's workload
 * identity sets, an application that trusts the pod's service account, otherwise the managed identity
 * of the machine. What the provider names of the application counts more than the environment.
 */
export function azureWorkload(
  named: { readonly tenantID: string | undefined; readonly clientID: string | undefined },
  resource: string,
  parts: IdentityParts,
): TokenSource {
  const { federatedTokenFile, ...environment } = parts.environment.azure
  const clientID = named.clientID ?? environment.clientID
  if (federatedTokenFile === undefined) return azureManagedIdentity({ clientID, resource }, parts)
  const tenantID = named.tenantID ?? environment.tenantID
  if (tenantID === undefined || clientID === undefined) {
    const message =
      'neither spec.azure.entra nor AZURE_TENANT_ID and AZURE_CLIENT_ID name the application; annotate the service account of the gateway'
    return { token: () => Promise.reject(new IdentityError('Misconfigured', message)) }
  }
  return azureFederatedToken({ tenantID, clientID, resource }, federatedTokenFile, parts)
}
