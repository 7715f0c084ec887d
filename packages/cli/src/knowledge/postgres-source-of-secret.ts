import { postgresAddress } from '@fairlead/base'
import type { SecretSource } from '@fairlead/gateway'
import { type DocumentSource, postgresSource } from '@fairlead/knowledge'
import type { KnowledgeSourceSettings } from '@fairlead/snapshot'

type PostgresSettings = Extract<KnowledgeSourceSettings, { readonly type: 'Postgres' }>

/** Rows of the server that a Secret names now: another URL counts from the next refresh on. */
export function postgresSourceOfSecret(
  { name, query, url: ref }: PostgresSettings,
  secrets: Pick<SecretSource, 'get'>,
): DocumentSource {
  let made: { readonly url: string; readonly source: DocumentSource } | undefined
  const current = (): DocumentSource => {
    const url = secrets.get(ref)?.trim() ?? ''
    if (url === '') {
      throw new Error(`there is no Secret ${ref.namespace}/${ref.name} with a key "${ref.key}"`)
    }
    if (made?.url !== url) {
      const connection = postgresAddress(url, undefined)
      made = { url, source: postgresSource({ name, query, connection }) }
    }
    return made.source
  }
  return { name, refresh: (known, signal) => current().refresh(known, signal) }
}
