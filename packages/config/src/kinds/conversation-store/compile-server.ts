import type { ConversationStore } from '@fairlead/api'
import type { StoreServerSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/** The server of a store; undefined for one that has none. */
export function compileServer(
  { spec: { redis, postgres } }: ConversationStore,
  findings: Findings,
): StoreServerSettings | undefined {
  if (redis !== undefined) {
    const { keyPrefix } = redis
    const secrets = secretsOf(redis, 'spec.redis', findings)
    return { ...secrets, keyPrefix, schema: undefined, maxConnections: undefined }
  }
  if (postgres !== undefined) {
    const { schema, maxConnections } = postgres
    const secrets = secretsOf(postgres, 'spec.postgres', findings)
    return { ...secrets, keyPrefix: undefined, schema, maxConnections }
  }
  return undefined
}

type Server = NonNullable<ConversationStore['spec']['redis' | 'postgres']>

/** Without authorities that it may not read, a store trusts no others: it cannot be opened. */
function secretsOf(
  { urlSecretRef, tls: { caSecretRef } = {} }: Server,
  path: string,
  findings: Findings,
): Pick<StoreServerSettings, 'url' | 'ca'> {
  const url = findings.secret(urlSecretRef, `${path}.urlSecretRef`)
  const ca = caSecretRef && findings.secret(caSecretRef, `${path}.tls.caSecretRef`)
  return caSecretRef !== undefined && ca === undefined ? { url: undefined, ca } : { url, ca }
}
