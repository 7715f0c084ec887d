import { checkPathSegment, resourcePath } from '@fairlead/kube-core'
import type { ResourceType } from '@fairlead/kube-core'
import type { ObjectKey } from '../object-key.ts'
import type { DeleteOptions, Query, WatchOptions, WriteOptions } from './client.ts'
import type { ClientCall } from './client-call.ts'
import { acceptOf, refuseMetadata } from './metadata-form.ts'
import type { TransportRequest } from './transport.ts'

const patchContentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is also YAML, and the server decodes this content type as YAML.
  apply: 'application/apply-patch+yaml',
} as const

/** The request that a call is sent as; `fieldManager` is that of writes which name none. */
export function callRequest(call: ClientCall, fieldManager?: string): TransportRequest {
  const write = (options: WriteOptions): Query => ({
    fieldManager: options.fieldManager ?? fieldManager,
    dryRun: options.dryRun ? 'All' : undefined,
    fieldValidation: options.fieldValidation,
  })
  switch (call.verb) {
    case 'get':
      return { method: 'GET', path: objectPath(call), accept: acceptOf(call.type, 'object') }
    case 'stream':
    case 'connect':
      return { method: 'GET', path: withQuery(objectPath(call), call.options.query ?? {}) }
    case 'list':
      return { method: 'GET', path: listPath(call), accept: acceptOf(call.type, 'list') }
    case 'create':
      refuseMetadata(call.type, 'create')
      return {
        method: 'POST',
        path: withQuery(createPath(call), write(call.options)),
        body: JSON.stringify(call.object),
      }
    case 'update':
      refuseMetadata(call.type, 'update')
      return {
        method: 'PUT',
        path: withQuery(objectPath(call), write(call.options)),
        body: JSON.stringify(call.object),
      }
    case 'patch':
      return {
        method: 'PATCH',
        path: withQuery(objectPath(call), write(call.options)),
        contentType: patchContentTypes[call.patch.type],
        accept: acceptOf(call.type, 'object'),
        body: JSON.stringify(call.patch.body),
      }
    case 'apply': {
      const force = call.options.force ? true : undefined
      return {
        method: 'PATCH',
        path: withQuery(objectPath(call), { ...write(call.options), force }),
        contentType: patchContentTypes.apply,
        accept: acceptOf(call.type, 'object'),
        body: JSON.stringify(call.object),
      }
    }
    case 'delete':
      return { method: 'DELETE', path: objectPath(call), body: deleteBody(call.options) }
    case 'deleteAllOf':
      return { method: 'DELETE', path: deleteAllOfPath(call), body: deleteBody(call.options) }
  }
}

/** The path of a watch, with its query. */
export function watchPath(type: ResourceType, watch: WatchOptions): string {
  return withQuery(collectionPath(type, watch.namespace), {
    watch: true,
    labelSelector: watch.labelSelector,
    fieldSelector: watch.fieldSelector,
    resourceVersion: watch.resourceVersion,
    allowWatchBookmarks: watch.allowWatchBookmarks ? true : undefined,
    sendInitialEvents: watch.sendInitialEvents,
    resourceVersionMatch: watch.resourceVersionMatch,
    timeoutSeconds: watch.timeoutSeconds,
  })
}

/** The path with the parameters that are not empty; of a list, every item counts. */
function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) {
      for (const one of value as readonly string[]) parameters.append(name, one)
    } else if (value !== undefined && value !== '') parameters.append(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

/** An empty name or namespace would address the whole collection, which is never intended. */
function objectPath(object: {
  readonly type: ResourceType
  readonly key: ObjectKey
  readonly subresource?: string
}): string {
  const { type, key, subresource } = object
  if (key.name === '') throw new TypeError(`a ${type.kind} must be addressed by name`)
  if (type.namespaced && !key.namespace) {
    throw new TypeError(`${type.kind} "${key.name}" must be addressed with its namespace`)
  }
  checkSegment(`name "${key.name}" of a ${type.kind}`, key.name)
  checkSegment(`namespace "${key.namespace}"`, key.namespace)
  return resourcePath(type, key, subresource)
}

function createPath(call: ClientCall & { verb: 'create' }): string {
  if (call.subresource !== undefined) return objectPath(call)
  return collectionPath(call.type, call.key.namespace)
}

function listPath({ type, options }: ClientCall & { verb: 'list' }): string {
  return withQuery(collectionPath(type, options.namespace), {
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch,
  })
}

function deleteAllOfPath({ type, options }: ClientCall & { verb: 'deleteAllOf' }): string {
  const { namespace, labelSelector, fieldSelector } = options
  if (type.namespaced && !namespace) {
    throw new TypeError(`name the namespace in which to delete ${type.plural}`)
  }
  return withQuery(collectionPath(type, namespace), { labelSelector, fieldSelector })
}

function collectionPath(type: ResourceType, namespace: string | undefined): string {
  checkSegment(`namespace "${namespace}"`, namespace)
  return resourcePath(type, namespace === undefined ? {} : { namespace })
}

/**
 * Refuses what no object is named, and what would address another one: servers, and proxies on the
 * way, decode a path before they take it apart.
 */
function checkSegment(what: string, segment: string | undefined): void {
  const [problem] = segment === undefined ? [] : checkPathSegment(segment)
  if (problem !== undefined) throw new TypeError(`invalid ${what}: it ${problem}`)
}

function deleteBody(remove: DeleteOptions): string {
  const { propagationPolicy, preconditions, gracePeriodSeconds, dryRun } = remove
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    preconditions,
    gracePeriodSeconds,
    dryRun: dryRun ? ['All'] : undefined,
  })
}
