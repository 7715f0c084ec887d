import { errors, isNotFound, type KubernetesObject } from '@fairlead/kube-core'

import type { LocalRequest } from '../http/local-requests.ts'

interface DiscoveredResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
}

interface DefinitionStatus {
  readonly conditions?: readonly {
    readonly type: string
    readonly status: string
    readonly message?: string
  }[]
}

/**
 * Creates the object, or replaces the one that is there; resolves to what the server made of it.
 * One of a namespaced kind without a namespace is for `default`.
 * @throws StatusError as the API answers, also for a kind that is not served; an Error for a
 * CustomResourceDefinition whose kind is then not served
 */
export async function installObject(
  request: LocalRequest,
  object: KubernetesObject,
): Promise<KubernetesObject> {
  const { collection, path } = await pathsOf(request, object)
  const found = await existing(request, path)
  const { resourceVersion } = found?.metadata ?? {}
  const installed = (await (found === undefined
    ? request('POST', collection, object)
    : request('PUT', path, {
        ...object,
        metadata: { ...object.metadata, resourceVersion },
      }))) as KubernetesObject
  if (object.kind === 'CustomResourceDefinition') await refuseUnserved(request, path)
  return installed
}

/** Deletes the object; does nothing when it is gone. @throws StatusError as the API answers */
export async function removeObject(request: LocalRequest, object: KubernetesObject): Promise<void> {
  try {
    await request('DELETE', (await pathsOf(request, object)).path)
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function existing(
  request: LocalRequest,
  path: string,
): Promise<KubernetesObject | undefined> {
  try {
    return (await request('GET', path)) as KubernetesObject
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function refuseUnserved(request: LocalRequest, path: string): Promise<void> {
  const { metadata, status } = (await request('GET', path)) as KubernetesObject
  const { conditions = [] } = (status ?? {}) as DefinitionStatus
  if (conditions.some(({ type, status: held }) => type === 'Established' && held === 'True')) return
  const why = conditions.find(({ status: held }) => held === 'False')?.message ?? 'not established'
  throw new Error(`the kind of ${metadata.name} is not served: ${why}`)
}

async function pathsOf(request: LocalRequest, { apiVersion, kind, metadata }: KubernetesObject) {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const { resources } = (await request('GET', root)) as { resources: DiscoveredResource[] }
  const resource = resources.find((served) => served.kind === kind && !served.name.includes('/'))
  if (resource === undefined)
    throw errors.badRequest(`no kind "${kind}" in ${apiVersion} is served`)
  const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
  const collection = `${root}${scope}/${resource.name}`
  return { collection, path: `${collection}/${encodeURIComponent(metadata.name ?? '')}` }
}
