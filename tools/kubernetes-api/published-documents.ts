import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A schema as a server publishes it in OpenAPI v3; only what is read here. */
export interface PublishedSchema {
  readonly properties?: Readonly<Record<string, PublishedSchema>>
  readonly default?: unknown
  readonly allOf?: readonly PublishedSchema[]
  readonly $ref?: string
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
  readonly 'x-kubernetes-patch-strategy'?: string
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string
    readonly version: string
    readonly kind: string
  }[]
}

export interface PublishedDocument {
  /** `api/v1`, `apis/apps/v1`. */
  readonly path: string
  readonly json: string
}

/**
 * The OpenAPI v3 documents in a directory, one per group and version: `apis__apps__v1.json` is
 * `/openapi/v3/apis/apps/v1`.
 */
export function publishedDocuments(directory: string): PublishedDocument[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json') && !['index.json', 'v2.json'].includes(name))
    .toSorted()
    .map((name) => ({
      path: name.replace(/\.json$/, '').replaceAll('__', '/'),
      json: readFileSync(join(directory, name), 'utf8'),
    }))
}

/** All schemas of some documents by name. */
export function schemasOf(
  documents: readonly PublishedDocument[],
): ReadonlyMap<string, PublishedSchema> {
  const found = new Map<string, PublishedSchema>()
  for (const { json } of documents) {
    const { components } = JSON.parse(json) as {
      components?: { schemas?: Record<string, PublishedSchema> }
    }
    for (const [name, schema] of Object.entries(components?.schemas ?? {})) found.set(name, schema)
  }
  return found
}
