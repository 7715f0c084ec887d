import type { Clock, Logger } from '@fairlead/base'
import { createConversations, createMemoryStore } from '@fairlead/context'
import {
  callPolicies,
  type CallOutcome,
  type CreateCallPolicy,
  type Gateway,
  startGateway,
} from '@fairlead/gateway'
import type { Snapshot } from '@fairlead/snapshot'
import { Registry } from 'prom-client'
import { providerKeys } from './configuration.ts'

/** A gateway in this process that is started as any other, and whose evidence is kept. */
interface LaboratoryGateway extends Gateway {
  /** How each call ended, in that order. */
  readonly outcomes: readonly CallOutcome[]
  /** Resolves when so many calls have ended. */
  ended(calls: number): Promise<void>
  readonly logLines: readonly { readonly message: string; readonly fields: object }[]
  metrics(): Promise<string>
}

/** Starts a gateway on a free port; whoever starts it drains it. */
export async function startLaboratoryGateway(
  snapshot: Snapshot,
  clock: Clock,
): Promise<LaboratoryGateway> {
  const outcomes: CallOutcome[] = []
  const waiting: { readonly calls: number; readonly resolve: () => void }[] = []
  const logLines: { readonly message: string; readonly fields: object }[] = []
  const registry = new Registry()
  const witness: CreateCallPolicy = () => ({
    name: 'witness',
    stage: 'arrival',
    enter: () => ({
      settle(outcome) {
        outcomes.push({ ...outcome, attempts: [...outcome.attempts] })
        for (const { calls, resolve } of waiting) if (outcomes.length >= calls) resolve()
      },
    }),
  })
  const gateway = await startGateway({
    listen: { host: '127.0.0.1', port: 0 },
    snapshots: { current: () => snapshot, subscribe: () => () => {} },
    secrets: { get: ({ name }) => providerKeys[name], subscribe: () => () => {} },
    openStore: () => {
      const store = createMemoryStore({ clock, ttlMs: undefined })
      return createConversations({ store, clock, random: Math.random })
    },
    policies: [...callPolicies, witness],
    registry,
    logger: keeping(logLines),
    clock,
    random: () => 0,
    resolveHost: (name) =>
      Promise.reject(
        Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }),
      ),
  })
  return {
    ...gateway,
    outcomes,
    logLines,
    ended: (calls) =>
      outcomes.length >= calls
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ calls, resolve })),
    metrics: () => registry.metrics(),
  }
}

function keeping(lines: { message: string; fields: object }[]): Logger {
  const log = (fields: object, message: string) => void lines.push({ message, fields })
  return { debug: log, info: log, warn: log, error: log }
}
