import { objectOrEmpty } from '@fairlead/base'

import { lazily } from '../api-types/read-data.ts'
import { publishedDocument } from '../api-types/published-document.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
export const objectMetaName = `${meta}.ObjectMeta`
export const listMetaName = `${meta}.ListMeta`

/** A small document, which has what all kinds share. */
const published = lazily(() => {
  const document = objectOrEmpty(
    JSON.parse(publishedDocument('apis/coordination.k8s.io/v1') ?? '{}'),
  )
  return objectOrEmpty(objectOrEmpty(document['components'])['schemas'])
})

/** The metadata of objects and lists, and what it refers to, as Kubernetes describes them in v3. */
export const sharedSchemas = lazily((): Readonly<Record<string, unknown>> => {
  const found: Record<string, unknown> = {}
  const names = [objectMetaName, listMetaName]
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name in found) continue
    found[name] = published()[name]
    names.push(...referencesIn(found[name]))
  }
  return found
})

/** What Kubernetes says of `apiVersion` and `kind` of anything. */
export function typeProperty(name: 'apiVersion' | 'kind'): object {
  const lease = objectOrEmpty(published()['io.k8s.api.coordination.v1.Lease'])
  return objectOrEmpty(objectOrEmpty(lease['properties'])[name])
}

function referencesIn(schema: unknown): string[] {
  return [...JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  )
}
