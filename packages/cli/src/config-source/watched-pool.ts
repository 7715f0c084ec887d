import { canonicalJson, type Clock, type Logger, openScope } from '@fairlead/base'
import { type Client, SharedInformer } from '@fairlead/controller-runtime'
import type { EndpointPoolState } from '@fairlead/gateway'
import {
  isNotFound,
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { Pod } from '@fairlead/kube-types'
import { InferencePool, readInferencePool, serversOf } from './inference-pool.ts'

interface WatchedPoolParts {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
  /** Told when the state is another. */
  readonly changed: () => void
}

interface Watch<T extends TypedObject> {
  readonly informer: SharedInformer<T>
  readonly stop: () => void
}

interface WatchScope {
  readonly namespace: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
}

/** Short at its longest: what is not installed or permitted yet mostly is a moment later. */
const backoff = { baseMs: 100, maxMs: 30_000 }

/** One InferencePool with its pods, watched until it is stopped or the signal aborts. */
export class WatchedPool {
  /** Resolves once the first state is known. */
  readonly known: Promise<void>
  readonly #pool: { readonly namespace: string; readonly name: string }
  readonly #parts: WatchedPoolParts
  readonly #signal: AbortSignal
  readonly #first = Promise.withResolvers<void>()
  readonly #definition: Watch<KubernetesObject>
  #pods: (Watch<Pod> & { readonly labelSelector: string }) | undefined
  #state: EndpointPoolState | undefined

  constructor(
    pool: { readonly namespace: string; readonly name: string },
    parts: WatchedPoolParts,
    signal: AbortSignal,
  ) {
    this.#pool = pool
    this.#parts = parts
    this.#signal = signal
    this.known = this.#first.promise
    const { namespace, name } = pool
    const scope = { namespace, fieldSelector: `metadata.name=${name}` }
    this.#definition = this.#watch(InferencePool, scope)
  }

  /** What is known of the pool; undefined while that is being read. */
  get state(): EndpointPoolState | undefined {
    return this.#state
  }

  stop(): void {
    this.#definition.stop()
    this.#pods?.stop()
  }

  #refresh(): void {
    const state = this.#read()
    // What has been read stays in use while it cannot be read again.
    if (state === undefined || canonicalJson(state) === canonicalJson(this.#state)) return
    this.#state = state
    this.#first.resolve()
    this.#parts.changed()
  }

  #read(): EndpointPoolState | undefined {
    const text = `InferencePool ${this.#pool.namespace}/${this.#pool.name}`
    const { informer } = this.#definition
    if (!informer.synced) return unread(text, informer.lastError)
    const object = informer.get(this.#pool)
    if (object === undefined) return { problem: `there is no ${text}` }
    const spec = readInferencePool(object)
    if ('problem' in spec) return { problem: `${text} ${spec.problem}` }
    const { labelSelector, ports, ...pool } = spec
    const pods = this.#podsOf(labelSelector)
    if (!pods.synced) return unread(`the pods of ${text}`, pods.lastError)
    const { namespace } = this.#pool
    return { ...pool, servers: serversOf(pods.list(namespace), ports) }
  }

  #podsOf(labelSelector: string): SharedInformer<Pod> {
    if (this.#pods?.labelSelector === labelSelector) return this.#pods.informer
    this.#pods?.stop()
    const { namespace } = this.#pool
    this.#pods = { ...this.#watch(Pod, { namespace, labelSelector }), labelSelector }
    return this.#pods.informer
  }

  #watch<T extends TypedObject>(type: ResourceType<T>, scope: WatchScope): Watch<T> {
    const { client, clock, logger } = this.#parts
    const changed = () => this.#refresh()
    const informer = new SharedInformer({
      client,
      type,
      scope,
      clock,
      logger,
      backoff,
      onWatchError: changed,
    })
    informer.onEvent({ added: changed, updated: changed, deleted: changed })
    const stop = new AbortController()
    void this.#run(informer, stop.signal)
    return { informer, stop: () => stop.abort() }
  }

  async #run<T extends TypedObject>(
    informer: SharedInformer<T>,
    stopped: AbortSignal,
  ): Promise<void> {
    using life = openScope({ parents: [this.#signal, stopped] })
    const synced = informer.waitForSync(life.signal).then(
      () => this.#refresh(),
      () => {},
    )
    try {
      await informer.start(life.signal)
    } catch (error) {
      this.#parts.logger.error({ pool: this.#pool, error }, 'the watch of an InferencePool failed')
    }
    await synced
  }
}

/** Why something has not been read; undefined while it is being read. */
function unread(what: string, error: Error | undefined): EndpointPoolState | undefined {
  if (error === undefined) return undefined
  const { group, version, kind } = InferencePool
  const reason = isNotFound(error)
    ? `the cluster has no kind ${kind} of ${group}/${version}; install the Gateway API Inference Extension`
    : error.message
  return { problem: `${what} cannot be read: ${reason}` }
}
