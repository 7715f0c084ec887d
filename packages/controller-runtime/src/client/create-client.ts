import { apiVersionOf, resourcePath } from '@fairlead/kube-core'
import type { KubernetesList, ResourceType, TypedObject } from '@fairlead/kube-core'
import { type Clock, consoleLogger, type Logger, openScope, systemClock } from '@fairlead/base'
import type { ApplyOf } from '../apply-of.ts'
import type { CreateOf } from '../create-of.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { keyOf } from '../object-key.ts'
import type { ObjectKey } from '../object-key.ts'
import type {
  ApplyOptions,
  CallOptions,
  Client,
  DeleteAllOfOptions,
  DeleteOptions,
  ListOptions,
  Patch,
  SubresourceWriter,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts'
import { ConnectionError } from './connection-error.ts'
import { deletionOf } from './deletion.ts'
import { WatchStreamError } from './line-splitter.ts'
import { acceptOf, formed, refuseMetadata } from './metadata-form.ts'
import { RequestRate, type RequestRateOptions } from './request-rate.ts'
import { logEachOnce, type WarningHandler } from './server-warnings.ts'
import { Transport } from './transport.ts'
import type { TransportRequest } from './transport.ts'
import { decodeWatchEvents } from './watch-events.ts'
import type { WriteFence } from './write-fence.ts'

export interface ClientOptions {
  readonly metrics?: Metrics
  /** Defaults to `fairlead-controller-runtime`. */
  readonly userAgent?: string
  /** Field manager of creates, updates and patches. The server's default is the user agent. */
  readonly fieldManager?: string
  /** Timeout of a call, retries included; watches have none. Defaults to 30 s. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  /** Receives every warning that the server sends. By default each text is logged once. */
  readonly onWarning?: WarningHandler
  /** Where warnings are logged. Defaults to `consoleLogger()`. */
  readonly logger?: Logger
  /** Limits requests, each attempt and watch counted. Off by default: the server shares itself. */
  readonly rateLimit?: RequestRateOptions
  /** Writes are refused, and those on their way aborted, once it closes. */
  readonly fence?: WriteFence
}

const patchContentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is also YAML, and the server decodes this content type as YAML.
  apply: 'application/apply-patch+yaml',
} as const

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** Who we say we are, unless told otherwise. */
export const defaultUserAgent = 'fairlead-controller-runtime'

/** A client for one server. `close` closes its connections and aborts whatever runs on them. */
export function createClient(
  config: KubeConfig,
  options: ClientOptions = {},
): Client & { close(): Promise<void> } {
  const clock = options.clock ?? systemClock
  const timeoutMs = options.timeoutMs ?? 30_000
  const transport = new Transport(config, {
    clock,
    userAgent: options.userAgent ?? defaultUserAgent,
    metrics: options.metrics,
    onWarning: options.onWarning ?? logEachOnce(options.logger ?? consoleLogger()),
    rate: options.rateLimit === undefined ? undefined : new RequestRate(options.rateLimit),
    fence: options.fence,
  })

  async function call(request: TransportRequest, callOptions: CallOptions): Promise<unknown> {
    using scope = openScope({
      parents: [callOptions.signal, request.method === 'GET' ? undefined : options.fence?.signal],
      clock,
      timeoutMs: callOptions.timeoutMs ?? timeoutMs,
      what: `${request.method} ${request.path}`,
    })
    return await transport.json({ ...request, signal: scope.signal })
  }

  const writeQuery = (write: WriteOptions): Query => ({
    fieldManager: write.fieldManager ?? options.fieldManager,
    dryRun: write.dryRun ? 'All' : undefined,
    fieldValidation: write.fieldValidation,
  })

  function writer(subresource?: string): SubresourceWriter {
    const path = (type: ResourceType, key: ObjectKey, query: Query) =>
      withQuery(resourcePath(type, checkKey(type, key), subresource), query)
    return {
      async update<T extends TypedObject>(
        type: ResourceType<T>,
        object: DeepReadonly<T>,
        write: WriteOptions = {},
      ) {
        refuseMetadata(type, 'update')
        const answer = await call(
          {
            method: 'PUT',
            path: path(type, keyOf(object), writeQuery(write)),
            body: JSON.stringify(object),
          },
          write,
        )
        return answer as T
      },
      async patch<T extends TypedObject>(
        type: ResourceType<T>,
        key: ObjectKey,
        patch: Patch,
        write: WriteOptions = {},
      ) {
        const answer = await call(
          {
            method: 'PATCH',
            path: path(type, key, writeQuery(write)),
            contentType: patchContentTypes[patch.type],
            accept: acceptOf(type, 'object'),
            body: JSON.stringify(patch.body),
          },
          write,
        )
        return formed(type, answer as T)
      },
      async apply<T extends TypedObject>(
        type: ResourceType<T>,
        object: ApplyOf<T>,
        apply: ApplyOptions,
      ) {
        const query = { ...writeQuery(apply), force: apply.force ? true : undefined }
        const answer = await call(
          {
            method: 'PATCH',
            path: path(type, keyOf(object), query),
            contentType: patchContentTypes.apply,
            accept: acceptOf(type, 'object'),
            body: JSON.stringify(object),
          },
          apply,
        )
        return formed(type, answer as T)
      },
    }
  }

  return {
    ...writer(),
    status: writer('status'),

    async get<T extends TypedObject>(type: ResourceType<T>, key: ObjectKey, get: CallOptions = {}) {
      const path = resourcePath(type, checkKey(type, key))
      const answer = await call({ method: 'GET', path, accept: acceptOf(type, 'object') }, get)
      return formed(type, answer as T)
    },

    async list<T extends TypedObject>(type: ResourceType<T>, list: ListOptions = {}) {
      const path = withQuery(resourcePath(type, namespaceKey(list.namespace)), {
        labelSelector: list.labelSelector,
        fieldSelector: list.fieldSelector,
        limit: list.limit,
        continue: list.continue,
        resourceVersion: list.resourceVersion,
        resourceVersionMatch: list.resourceVersionMatch,
      })
      const answer = await call({ method: 'GET', path, accept: acceptOf(type, 'list') }, list)
      return completeItems(type, answer as KubernetesList<T>)
    },

    watch<T extends TypedObject>(type: ResourceType<T>, watch: WatchOptions = {}) {
      return openWatch<T>(transport, type, watch)
    },

    async create<T extends TypedObject>(
      type: ResourceType<T>,
      object: CreateOf<T>,
      write: WriteOptions = {},
    ) {
      refuseMetadata(type, 'create')
      const collection = resourcePath(type, namespaceKey(object.metadata.namespace))
      const path = withQuery(collection, writeQuery(write))
      return (await call({ method: 'POST', path, body: JSON.stringify(object) }, write)) as T
    },

    async delete(type: ResourceType, key: ObjectKey, remove: DeleteOptions = {}) {
      const path = resourcePath(type, checkKey(type, key))
      return deletionOf(await call({ method: 'DELETE', path, body: deleteBody(remove) }, remove))
    },

    async deleteAllOf(type: ResourceType, remove: DeleteAllOfOptions = {}) {
      const { namespace, labelSelector, fieldSelector } = remove
      if (type.namespaced && !namespace) {
        throw new TypeError(`name the namespace in which to delete ${type.plural}`)
      }
      const collection = resourcePath(type, namespaceKey(namespace))
      const path = withQuery(collection, { labelSelector, fieldSelector })
      await call({ method: 'DELETE', path, body: deleteBody(remove) }, remove)
    },

    close: () => transport.close(),
  }
}

async function* openWatch<T extends TypedObject>(
  transport: Transport,
  type: ResourceType<T>,
  watch: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const path = withQuery(resourcePath(type, namespaceKey(watch.namespace)), {
    watch: true,
    labelSelector: watch.labelSelector,
    fieldSelector: watch.fieldSelector,
    resourceVersion: watch.resourceVersion,
    allowWatchBookmarks: watch.allowWatchBookmarks ? true : undefined,
    timeoutSeconds: watch.timeoutSeconds,
  })
  const accept = acceptOf(type, 'object')
  const response = await transport.open({ method: 'GET', path, accept, signal: watch.signal })
  watch.onActivity?.()
  const body = response.body as AsyncIterable<Uint8Array>
  try {
    for await (const event of decodeWatchEvents<T>(body, watch.onActivity)) {
      yield event.type === 'ERROR' ? event : { ...event, object: formed(type, event.object) }
    }
  } catch (cause) {
    watch.signal?.throwIfAborted()
    if (cause instanceof WatchStreamError) throw cause
    throw new ConnectionError(`the watch of ${type.plural} broke`, { cause })
  }
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

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

function namespaceKey(namespace: string | undefined): { namespace?: string } {
  return namespace === undefined ? {} : { namespace }
}

/** An empty name or namespace would address the whole collection, which is never intended. */
function checkKey(type: ResourceType, key: ObjectKey): { namespace?: string; name: string } {
  if (key.name === '') throw new TypeError(`a ${type.kind} must be addressed by name`)
  if (type.namespaced && !key.namespace) {
    throw new TypeError(`${type.kind} "${key.name}" must be addressed with its namespace`)
  }
  return key
}

/** Fills in apiVersion and kind, which list items of built-in kinds lack. */
function completeItems<T extends TypedObject>(
  type: ResourceType<T>,
  list: KubernetesList<T>,
): KubernetesList<T> {
  if (type.metadataOnly === true) {
    const { apiVersion, kind } = { apiVersion: apiVersionOf(type), kind: `${type.kind}List` }
    return { ...list, apiVersion, kind, items: (list.items ?? []).map((one) => formed(type, one)) }
  }
  const kind = list.kind.replace(/List$/, '')
  const items = (list.items ?? []).map((item) =>
    item.kind === undefined ? { ...item, apiVersion: list.apiVersion, kind } : item,
  )
  return { ...list, items }
}
