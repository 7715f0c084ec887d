import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, silentLogger, systemClock as clock } from '@fairlead/base'
import { startPostgresServer, startRedisServer } from '@fairlead/base/testing'
import {
  type ContextStore,
  createConversations,
  createMemoryStore,
  createSqliteStore,
  openConversationStore,
  RemoteStores,
  type StoreClient,
  StoreOwner,
} from '@fairlead/context'
import { type Gateway, type GatewayOptions, startGateway } from '@fairlead/gateway'
import { Registry } from 'prom-client'
import {
  personaOf,
  providerOf,
  simulatorOf,
  snapshotOf,
} from '../../packages/gateway/src/test-support/snapshot.ts'
import type { ScriptedModel } from './scripted-model.ts'

export type StoreKind =
  | 'in memory'
  | 'in SQLite'
  | 'of another process'
  | 'in Redis, of two replicas'
  | 'in PostgreSQL, of two replicas'

/** Gateways that keep the same conversations, as the workers of a machine or several replicas do. */
export interface ChatGateways {
  readonly urls: readonly string[]
  /** The persona of every prompt; undefined for none. */
  readonly persona: string | undefined
  /** What was logged as an error. */
  readonly errors: readonly string[]
  stop(): Promise<void>
}

const persona = personaOf('friend')
/** Failures are part of what is simulated. */
const health = { ...providerOf('').health, failures: 1_000_000_000 }

/** Starts the gateways whose provider is the model: two where several processes use the store. */
export async function startChatGateways(
  kind: StoreKind,
  model: ScriptedModel,
  random: () => number,
): Promise<ChatGateways> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-chats-'))
  const errors: string[] = []
  const logger: Logger = {
    ...silentLogger,
    error: (fields, message) => void errors.push(`${message} ${describe(fields)}`),
  }
  const hasPersona = kind === 'in memory'
  const snapshot = snapshotOf({
    providers: [{ ...simulatorOf('model'), health }],
    personas: [persona],
    gateway: { defaultPersona: hasPersona ? `default/${persona.name}` : undefined },
  })
  const openStore = (): ContextStore =>
    kind === 'in memory'
      ? createMemoryStore({ clock, ttlMs: undefined })
      : createSqliteStore({ clock, ttlMs: undefined, path: join(folder, 'chats.db') })
  const start = (open: GatewayOptions['openStore']): Promise<Gateway> =>
    startGateway({
      listen: { host: '127.0.0.1', port: 0 },
      snapshots: { current: () => snapshot, subscribe: () => () => {} },
      secrets: { get: () => undefined, subscribe: () => () => {} },
      openStore: open,
      providerTypes: model.providerTypes,
      registry: new Registry(),
      logger,
    })
  const server = await startServer(kind)
  const ownerOf = (open: () => Promise<ContextStore>) =>
    new StoreOwner({ open, keyOf: () => 'the only one', clock, logger })
  const members = ['replica-1/1', 'replica-2/1']
  const owners =
    server === undefined
      ? [ownerOf(async () => openStore())]
      : members.map((member) => ownerOf(() => openShared(server, { member, folder, logger })))
  const own = () => createConversations({ store: openStore(), clock, random })
  const isAlone = kind === 'in memory' || kind === 'in SQLite'
  const [first, second = first] = owners
  const gateways = isAlone
    ? [await start(own)]
    : [await start(() => asked(first, random)), await start(() => asked(second, random))]
  return {
    urls: gateways.map(({ url }) => url),
    persona: hasPersona ? persona.instructions : undefined,
    errors,
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.drain(0)))
      await Promise.all(owners.map((owner) => owner.close()))
      await server?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface StoreServer {
  readonly type: 'Redis' | 'Postgres'
  readonly url: string
  stop(): Promise<void>
}

async function startServer(kind: StoreKind): Promise<StoreServer | undefined> {
  if (kind === 'in Redis, of two replicas') {
    const redis = await startRedisServer()
    return { type: 'Redis', url: redis.url, stop: () => redis[Symbol.asyncDispose]() }
  }
  if (kind === 'in PostgreSQL, of two replicas') {
    const postgres = await startPostgresServer()
    return { type: 'Postgres', url: postgres.url, stop: () => postgres[Symbol.asyncDispose]() }
  }
  return undefined
}

/** The store of one replica. */
function openShared(
  { type, url }: StoreServer,
  { member, folder, logger }: { member: string; folder: string; logger: Logger },
): Promise<ContextStore> {
  const names = { keyPrefix: 'chats', schema: 'chats', maxConnections: 10 }
  return openConversationStore(
    {
      namespace: 'default',
      name: 'chats',
      type,
      path: undefined,
      server: { url, ca: undefined, ...names, deadlineMs: 2000 },
      ttlMs: undefined,
      dataDir: folder,
      member,
    },
    { clock, logger },
  )
}

/** The conversations of a worker, whose messages are copied as between processes. */
async function asked(owner: StoreOwner | undefined, random: () => number) {
  if (owner === undefined) throw new Error('somebody owns the store')
  const stores: RemoteStores = new RemoteStores({
    clock,
    send: (requests) => client.receive(structuredClone(requests)),
  })
  const client: StoreClient = owner.connect((news) => stores.receive(structuredClone(news)))
  const store = await stores.open('chats')
  return createConversations({
    store,
    clock,
    random,
    sweepsExpired: false,
    places: store.places,
    onTurnEnd: (listener) => store.onTurnEnd(listener),
    responseCancels: store.responses,
  })
}

function describe(fields: object): string {
  return JSON.stringify(fields, (_, value: unknown) =>
    value instanceof Error ? value.stack : value,
  ).slice(0, 2000)
}
