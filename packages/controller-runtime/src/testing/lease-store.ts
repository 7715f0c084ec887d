import { errors } from '@fairlead/kube-core'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { Lease } from '@fairlead/kube-types'
import { type Clock, sleep } from '@fairlead/base'
import type { ObjectKey } from '../object-key.ts'
import type { CallOptions, Client } from '../client/client.ts'
import { ConnectionError } from '../client/connection-error.ts'

/** One Lease with the API server's rules: versions, conflicts, not found. */
export class LeaseStore {
  lease: Lease | undefined
  calls: string[] = []
  /** What was created that is no Lease, such as events. */
  readonly others: KubernetesObject[] = []
  /** Fails every call while set, like an unreachable API server. */
  away = false
  /** The answers come this much later than what they tell of; needs a clock. */
  answersAfterMs = 0
  #version = 0
  readonly #clock: Clock | undefined

  constructor(clock?: Clock) {
    this.#clock = clock
  }

  get client(): Client {
    const one = {
      get: (_: ResourceType, __: ObjectKey, options?: CallOptions) =>
        this.#answer('get', options?.signal, () => this.#found()),
      create: (type: ResourceType, lease: KubernetesObject, options?: CallOptions) => {
        if (type.kind !== 'Lease') {
          this.others.push(lease)
          return Promise.resolve(lease)
        }
        return this.#answer('create', options?.signal, () => {
          if (this.lease !== undefined) throw errors.alreadyExists('leases', 'x')
          return this.#store(lease)
        })
      },
      update: (_: ResourceType, lease: KubernetesObject, options?: CallOptions) =>
        this.#answer('update', options?.signal, () => {
          const { resourceVersion } = this.#found().metadata
          if (lease.metadata.resourceVersion !== resourceVersion)
            throw errors.conflict('leases', 'x')
          return this.#store(lease)
        }),
    }
    return one as unknown as Client
  }

  #found(): Lease {
    if (this.lease === undefined) throw errors.notFound('leases', 'x')
    return this.lease
  }

  #store(lease: KubernetesObject): Lease {
    this.#version += 1
    const uid = 'of-the-lease'
    const { metadata, ...rest } = lease as Lease
    const resourceVersion = String(this.#version)
    const stored = { ...rest, metadata: { ...metadata, uid, resourceVersion } }
    this.lease = stored
    return stored
  }

  async #answer(call: string, signal: AbortSignal | undefined, act: () => Lease): Promise<Lease> {
    this.calls.push(call)
    await Promise.resolve()
    if (this.away) throw new ConnectionError('away')
    const lease = act()
    if (this.#clock !== undefined && this.answersAfterMs > 0) {
      await sleep(this.#clock, this.answersAfterMs, signal)
    }
    return lease
  }
}
