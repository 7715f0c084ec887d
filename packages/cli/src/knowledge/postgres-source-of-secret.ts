import { postgresAddress } from '@fairlead/base'
import type { SecretSource } from '@fairlead/gateway'
import { type DocumentSource, postgresSource } from '@fairlead/knowledge'
import type { KnowledgeSourceSettings } from '@fairlead/snapshot'

type PostgresSettings = Extract<KnowledgeSourceSettings, { readonly type: 'Postgres' }>

/**
 * Rows of the server that a Secret names when they are read. It is outdated while the Secret has another
 * URL than the one that was read with last.
 */
export function postgresSourceOfSecret(
  { name, query, url: ref }: PostgresSettings,
  secrets: Pick<SecretSource, 'get'>,
): { readonly source: DocumentSource; readonly isOutdated: () => boolean } {
  const value = () => secrets.get(ref)?.trim() ?? ''
  let readWith: string | undefined
  let made: { readonly url: string; readonly source: DocumentSource } | undefined
  const current = (): DocumentSource => {
    const url = value()
    readWith = url
    if (url === '') {
      throw new Error(`there is no Secret ${ref.namespace}/${ref.name} with a key "${ref.key}"`)
    }
    if (made?.url !== url) {
      const connection = postgresAddress(url, undefined)
      made = { url, source: postgresSource({ name, query, connection }) }
    }
    return made.source
  }
  return {
    source: { name, refresh: (known, signal) => current().refresh(known, signal) },
    isOutdated: () => readWith !== undefined && readWith !== value(),
  }
}
