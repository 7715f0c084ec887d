import type { ServerOptions } from 'node:https'
import { type Logger, systemClock } from '@fairlead/base'
import {
  type Conversations,
  createConversations,
  createMemoryStore,
  type ContextStore,
} from '@fairlead/context'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import type { Gateway, GatewayOptions } from '../gateway.ts'
import { startGateway } from '../start-gateway.ts'
import { snapshotOf, type SnapshotParts } from './snapshot.ts'
import { TestSecrets, TestSnapshots } from './sources.ts'
import { type Answer, startUpstream, type Upstream } from './upstream.ts'

export interface TestGateway extends Gateway {
  readonly snapshots: TestSnapshots
  readonly secrets: TestSecrets
  readonly registry: Registry
  readonly logs: { readonly message: string; readonly fields: Record<string, unknown> }[]
  /** POSTs JSON to a path. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  chat(body: object, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** Conversations in memory, or in another store. */
export function openInMemory(
  store: ContextStore = createMemoryStore({ clock: systemClock, ttlMs: undefined }),
): Conversations {
  return createConversations({ store, clock: systemClock, random: Math.random })
}

/**
 * A gateway on a free port that is stopped when the test ends. Unless told otherwise, it keeps
 * conversations in memory.
 */
export async function testGateway(
  parts: SnapshotParts & {
    readonly secrets?: Readonly<Record<string, string>>
    readonly openStore?: GatewayOptions['openStore']
    readonly options?: Partial<GatewayOptions>
  },
): Promise<TestGateway> {
  const snapshots = new TestSnapshots(snapshotOf(parts))
  const secrets = new TestSecrets(parts.secrets)
  const registry = new Registry()
  const logs: TestGateway['logs'] = []
  const gateway = await startGateway({
    listen: { host: '127.0.0.1', port: 0 },
    snapshots,
    secrets,
    openStore: parts.openStore ?? (() => openInMemory()),
    registry,
    logger: collectingLogger(logs),
    ...parts.options,
  })
  onTestFinished(() => gateway.drain(0))
  const post: TestGateway['post'] = (path, body, headers = {}) =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    ...gateway,
    snapshots,
    secrets,
    registry,
    logs,
    post,
    chat: (body, headers) => post('/v1/chat/completions', body, headers),
  }
}

/** An upstream that is closed when the test ends. */
export async function testUpstream(answer: Answer, tls?: ServerOptions): Promise<Upstream> {
  const upstream = await startUpstream(answer, tls)
  onTestFinished(() => upstream.close())
  return upstream
}

function collectingLogger(logs: TestGateway['logs']): Logger {
  const log = (fields: object, message: string) => {
    logs.push({ message, fields: fields as Record<string, unknown> })
  }
  return { debug: log, info: log, warn: log, error: log }
}
