import { readdirSync } from 'node:fs'

import { readCompressed } from './read-data.ts'

const suffix = '.json.br'

/**
 * The paths below `/openapi/v3/` of which a server of Kubernetes 1.32 publishes documents, such as
 * `apis/apps/v1`.
 */
export function publishedPaths(): readonly string[] {
  return readdirSync(new URL('published/', import.meta.url))
    .filter((name) => name.endsWith(suffix) && name !== `v2${suffix}`)
    .map((name) => name.slice(0, -suffix.length).replaceAll('__', '/'))
}

/** The document at one of these paths; `v2` is `/openapi/v2`. Undefined for other paths. */
export function publishedDocument(path: string): string | undefined {
  return documentIn('published', path)
}

/** The document of a version that a server of Kubernetes 1.32 serves when it is told to. */
export function optionalDocument(path: string): string | undefined {
  return documentIn('published/optional', path)
}

function documentIn(folder: string, path: string): string | undefined {
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(path)) return undefined
  return readCompressed(`${folder}/${path.replaceAll('/', '__')}${suffix}`)
}
