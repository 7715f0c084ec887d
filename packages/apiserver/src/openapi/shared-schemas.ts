import { objectOrEmpty, type JsonObject } from '@fairlead/base'

import { lazily } from '../api-types/read-data.ts'
import { publishedDocument } from '../api-types/published-document.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
export const objectMetaName = `${meta}.ObjectMeta`
export const listMetaName = `${meta}.ListMeta`
export const statusName = `${meta}.Status`
export const patchName = `${meta}.Patch`
export const deleteOptionsName = `${meta}.DeleteOptions`
export const scaleName = 'io.k8s.api.autoscaling.v1.Scale'

/** A small document of v3, which has what all kinds share. */
export const smallDocument = lazily(() => documentAt('apis/coordination.k8s.io/v1'))

const published = lazily(() => schemasOf(smallDocument()))

/**
 * What custom kinds and their operations refer to, and what that refers to, as Kubernetes describes
 * it in v3.
 */
export const sharedSchemas = lazily((): Readonly<Record<string, unknown>> =>
  withReferences(
    [objectMetaName, listMetaName, statusName, patchName, deleteOptionsName],
    published(),
  ),
)

/** The same of the scale of kinds that have one. */
export const scaleSchemas = lazily((): Readonly<Record<string, unknown>> =>
  withReferences([scaleName], schemasOf(documentAt('apis/apps/v1'))),
)

/** What Kubernetes says of `apiVersion` and `kind` of anything. */
export function typeProperty(name: 'apiVersion' | 'kind'): object {
  const lease = objectOrEmpty(published()['io.k8s.api.coordination.v1.Lease'])
  return objectOrEmpty(objectOrEmpty(lease['properties'])[name])
}

function documentAt(path: string): JsonObject {
  return objectOrEmpty(JSON.parse(publishedDocument(path) ?? '{}'))
}

function schemasOf(document: JsonObject): JsonObject {
  return objectOrEmpty(objectOrEmpty(document['components'])['schemas'])
}

function withReferences(wanted: readonly string[], schemas: JsonObject): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const names = [...wanted]
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name in found) continue
    found[name] = schemas[name]
    names.push(...referencesIn(found[name]))
  }
  return found
}

function referencesIn(schema: unknown): string[] {
  return [...JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  )
}
