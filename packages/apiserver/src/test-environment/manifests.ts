import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'

import type { KubernetesObject } from '@fairlead/kube-core'
import { parseAllDocuments } from 'yaml'

/** An object, a file with objects, or a directory of such files. */
export type ManifestSource = string | KubernetesObject

const extensions: readonly string[] = ['.yaml', '.yml', '.json']

/**
 * The objects of manifests, in their order; files of a directory by name, without its
 * subdirectories, as envtest reads them. A `List` counts as its items.
 * @throws an Error that names the file that is missing or is not made of Kubernetes objects
 */
export function readManifests(sources: readonly ManifestSource[]): KubernetesObject[] {
  return sources.flatMap((source) => (typeof source === 'string' ? objectsAt(source) : [source]))
}

function objectsAt(path: string): KubernetesObject[] {
  if (!statSync(path).isDirectory()) return objectsOf(path)
  const names = readdirSync(path).filter((name) => extensions.includes(extname(name)))
  return names.toSorted().flatMap((name) => objectsOf(join(path, name)))
}

function objectsOf(file: string): KubernetesObject[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'), {
    version: '1.1',
    schema: 'core',
  })
  return [...documents].flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw new Error(`${file}: ${error.message}`, { cause: error })
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    return value === null || value === undefined ? [] : flattened(value, file)
  })
}

function flattened(value: unknown, file: string): KubernetesObject[] {
  const { apiVersion, kind, items } = value as {
    readonly apiVersion?: unknown
    readonly kind?: unknown
    readonly items?: unknown
  }
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new Error(`${file}: an object has no apiVersion or no kind`)
  }
  if (kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item: unknown) => flattened(item, file))
  }
  return [value as KubernetesObject]
}
