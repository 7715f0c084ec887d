import type { RetrySettings } from '@fairlead/snapshot'
import { sleep } from '@fairlead/base'
import type { Credential } from '../runtime/provider-runtime.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { type Answer, attempt, type AttemptParts } from './attempt.ts'
import { AttemptPlan } from './attempt-plan.ts'
import { CredentialChoice, type CredentialParts } from './credential-choice.ts'
import type { CallTarget } from './match-route.ts'

export interface CallParts
  extends Omit<AttemptParts, 'target' | 'credential' | 'body'>, CredentialParts {
  readonly targets: readonly CallTarget[]
  readonly retry: RetrySettings
  bodyFor(target: CallTarget): Uint8Array
}

/** The first answer that begins well. Throws what the last attempt failed with. */
export async function callFirstHealthy(parts: CallParts): Promise<Answer> {
  const keys = new CredentialChoice(parts)
  const plan = new AttemptPlan(parts.targets, parts.retry, parts.random)
  let replacement: Credential | undefined
  let closed = false
  for (;;) {
    const { target } = plan
    let credential = replacement
    try {
      credential ??= keys.choose(target.provider)
      const answer = await attempt({ ...parts, target, credential, body: parts.bodyFor(target) })
      if (credential !== undefined) parts.refusals.clear(credential.value)
      return answer
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      if (error.kind === 'StaleConnection') {
        // Once is a kept connection whose time was over; twice is a provider that hangs up.
        if (closed) target.provider.health.note('Unreachable', error.error.message)
        closed = true
      }
      replacement = await replaceKey(error, credential, target, keys, parts)
      if (replacement === undefined) await pause(plan.afterFailure(error), parts)
    }
  }
}

async function replaceKey(
  failure: UpstreamFailure,
  refused: Credential | undefined,
  target: CallTarget,
  keys: CredentialChoice,
  parts: CallParts,
): Promise<Credential | undefined> {
  if (failure.kind !== 'Credential' || refused === undefined) return undefined
  parts.record.waits()
  const replacement = await keys.replace(refused, target.provider, parts.signal)
  parts.record.goesOn()
  return replacement
}

async function pause(delayMs: number, parts: CallParts): Promise<void> {
  if (delayMs === 0) return
  parts.record.waits()
  await sleep(parts.clock, delayMs, parts.signal)
  parts.record.goesOn()
}
