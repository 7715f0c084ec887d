import type { SecretSource } from '@fairlead/gateway'
import {
  configMapSource,
  type DocumentFetch,
  type DocumentSource,
  httpSource,
} from '@fairlead/knowledge'
import type { KnowledgeSourceSettings } from '@fairlead/snapshot'
import type { ConfigMapSource } from '../config-source/config-map-source.ts'
import { postgresSourceOfSecret } from './postgres-source-of-secret.ts'

/** What sources are read with. */
export interface SourceParts {
  readonly fetch: DocumentFetch
  readonly configMaps: ConfigMapSource
  readonly secrets: SecretSource
}

/** A source as a refresher reads it. */
export interface OwnedSource {
  readonly source: DocumentSource
  readonly everyMs: number | undefined
  /** Whether its Secret has another value than when it was read last. */
  readonly isOutdated?: () => boolean
}

/** The source that a KnowledgeBase describes. */
export function ownedSource(settings: KnowledgeSourceSettings, parts: SourceParts): OwnedSource {
  const { name } = settings
  switch (settings.type) {
    case 'HTTP': {
      const { refreshMs, urls } = settings
      return { source: httpSource({ name, urls, fetch: parts.fetch }), everyMs: refreshMs }
    }
    case 'ConfigMap': {
      const { configMap } = settings
      const data = () => parts.configMaps.data(configMap)
      return { source: configMapSource({ name, data }), everyMs: undefined }
    }
    case 'Postgres': {
      return { ...postgresSourceOfSecret(settings, parts.secrets), everyMs: settings.refreshMs }
    }
  }
}
