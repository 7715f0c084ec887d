import { FakeClock } from '@fairlead/base/testing'
import type { CallOutcome } from '@fairlead/gateway'
import type { CallerAnswer } from './caller-answer.ts'
import type { CallerKind } from './callers.ts'
import { laboratorySnapshot, type LaboratorySettings } from './configuration.ts'
import type { Fault } from './fault.ts'
import type { ProviderFormat } from './formats/provider-format.ts'
import { startLaboratoryGateway } from './laboratory-gateway.ts'
import { moveClockUntil } from './move-clock.ts'
import type { FaultyUpstream } from './upstream.ts'

/** The circumstances under which a fault is committed. */
export interface Situation {
  readonly caller: CallerKind
  readonly format: ProviderFormat
  readonly stream: boolean
  /** Whether a good provider is the second target of the rule. */
  readonly second: boolean
}

/** All that could be seen of one call. */
export interface Observation {
  readonly answer: CallerAnswer
  readonly outcome: CallOutcome | undefined
  /** Requests that both providers have read, without those of calls before. */
  readonly requests: number
  /** Of the provider with the fault. */
  readonly health: string
  /** The state of its only key. */
  readonly key: string
  /** The fields of the call's line in the log. */
  readonly callLines: readonly Readonly<Record<string, unknown>>[]
  /** Everything that must hold no secret, by what it is. */
  readonly published: Readonly<Record<string, string>>
}

const timeouts = { connect: '2s', firstByte: '5s', idle: '3s', total: '20s' }

/** Has a new gateway call a provider that commits the fault. */
export async function commitFault(
  fault: Fault,
  { caller, format, stream, second }: Situation,
  upstream: FaultyUpstream,
): Promise<Observation> {
  const clock = new FakeClock()
  upstream.setClock(clock)
  const { type } = format
  const faulty = { name: 'faulty', type, baseURL: upstream.baseURL(fault, type) } as const
  const good = { name: 'good', type, baseURL: upstream.baseURL(undefined, type) } as const
  const settings: LaboratorySettings = { timeouts, retries: second ? 1 : 0 }
  const snapshot = laboratorySnapshot(second ? [faulty, good] : [faulty], settings)
  const gateway = await startLaboratoryGateway(snapshot, clock)
  try {
    const before = fault.afterCall === true ? 1 : 0
    if (before > 0) await caller.call(gateway.url, stream)
    await gateway.ended(before)
    const requestsBefore = upstream.requests
    const calling = caller.call(gateway.url, stream).then(async (received) => {
      await gateway.ended(before + 1)
      return received
    })
    const answer = fault.takesTime === true ? await moveClockUntil(calling, clock) : await calling
    const provider = gateway.report().providers.find(({ name }) => name === 'faulty')
    return {
      answer,
      outcome: gateway.outcomes[before],
      requests: upstream.requests - requestsBefore,
      health: provider?.health ?? '',
      key: provider?.credentials[0]?.state ?? 'Usable',
      callLines: gateway.logLines
        .filter(({ message }) => message === 'call')
        .slice(before)
        .map(({ fields }) => ({ ...fields })),
      published: {
        log: JSON.stringify(gateway.logLines),
        report: JSON.stringify(gateway.report()),
        metrics: await gateway.metrics(),
        attempts: JSON.stringify(gateway.outcomes[before]?.attempts),
      },
    }
  } finally {
    const drained = gateway.drain(0)
    await moveClockUntil(drained, clock)
  }
}
