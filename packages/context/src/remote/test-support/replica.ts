import { silentLogger } from '@fairlead/base'
import type { FakeClock } from '@fairlead/base/testing'
import { createConversations } from '../../service/conversations-service.ts'
import type { Conversations } from '../../service/conversations.ts'
import type { SharedMember, SharedMemory } from '../../stores/test-support/shared-memory.ts'
import { RemoteStores } from '../remote-stores.ts'
import { StoreOwner, type StoreClient } from '../store-owner.ts'

/** A process that has opened a store, and its workers. */
export interface Replica {
  readonly member: SharedMember
  readonly owner: StoreOwner
  readonly workers: readonly Conversations[]
}

export async function replicaOf(
  shared: SharedMemory,
  name: string,
  clock: FakeClock,
  workers: number,
): Promise<Replica> {
  const member = shared.join(name)
  const open = async () => member.store
  const owner = new StoreOwner({ open, keyOf: String, clock, logger: silentLogger })
  const started = Array.from({ length: workers }, () => workerOf(owner, clock))
  return { member, owner, workers: await Promise.all(started) }
}

/** Messages are copied as between processes. */
async function workerOf(owner: StoreOwner, clock: FakeClock): Promise<Conversations> {
  const stores: RemoteStores = new RemoteStores({
    clock,
    send: (requests) => client.receive(structuredClone(requests)),
  })
  const client: StoreClient = owner.connect((news) => stores.receive(structuredClone(news)))
  const store = await stores.open('the one')
  return createConversations({
    store,
    clock,
    random: Math.random,
    sweepsExpired: false,
    places: store.places,
    onTurnEnd: (listener) => store.onTurnEnd(listener),
    responseCancels: store.responses,
  })
}
