import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, silentLogger, systemClock as clock } from '@fairlead/base'
import {
  type ContextStore,
  createConversations,
  createMemoryStore,
  createSqliteStore,
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

export type StoreKind = 'in memory' | 'in SQLite' | 'of another process'

/** Gateways that keep the same conversations, as the workers of a machine do. */
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

/** Starts the gateways whose provider is the model: two where the store is that of another process. */
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
  const owner = new StoreOwner({
    open: () => Promise.resolve(openStore()),
    keyOf: () => 'the only one',
    clock,
    logger,
  })
  const own = () => createConversations({ store: openStore(), clock, random })
  const gateways =
    kind === 'of another process'
      ? [await start(() => asked(owner, random)), await start(() => asked(owner, random))]
      : [await start(own)]
  return {
    urls: gateways.map(({ url }) => url),
    persona: hasPersona ? persona.instructions : undefined,
    errors,
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.drain(0)))
      await owner.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The conversations of a worker, whose messages are copied as between processes. */
async function asked(owner: StoreOwner, random: () => number) {
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
