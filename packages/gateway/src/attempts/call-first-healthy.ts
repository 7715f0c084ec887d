import { sleep } from '@fairlead/base'
import type { AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import type { AttemptBodies } from '../assembly/attempt-bodies.ts'
import { isOfAccount } from '../assembly/prompt-target.ts'
import type { Call } from '../call/call.ts'
import type { Credential } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { AttemptPlan } from './attempt-plan.ts'
import { attempt } from './attempt.ts'
import { byAvailability, passedOver } from './available-targets.ts'
import { CredentialChoice } from './credential-choice.ts'
import { failureEffects } from './failure-effects.ts'

/**
 * The first answer that starts successfully. `useFor` says how an answer of a target will be used.
 * Throws the error of the last target that was asked.
 */
export async function callFirstHealthy(
  assembled: AttemptBodies,
  useFor: (target: CallTarget) => AnswerUse,
  call: Call,
): Promise<AnswerStream> {
  const { record, route, services } = call
  const { clock, random } = services
  const keys = new CredentialChoice(services)
  const callStartedMs = record.startedMs
  const targets = availableTargets(call)
  const plan = new AttemptPlan(targets, route.retry, { clock, random, callStartedMs })
  let replacement: Credential | undefined
  for (;;) {
    // No target is asked, or claimed for a trial, by a call that has ended while it waited.
    call.lifetime.throwIfCancelled()
    const { target } = plan
    let credential = replacement
    try {
      credential ??= chosenKey(target, keys, assembled, call)
      return await attempt({ target, credential, use: useFor(target) }, assembled, call)
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      replacement = await otherKey(error, credential, plan, keys, call)
      if (replacement === undefined) await pause(plan.afterFailure(error), call)
    }
  }
}

/**
 * The key for a target: the one that can read what it has sealed in the history. One that has
 * none is not asked, which is evidence as well.
 */
function chosenKey(
  target: CallTarget,
  keys: CredentialChoice,
  assembled: AttemptBodies,
  { record }: Call,
): Credential | undefined {
  const { credentials, key } = target.provider
  const account = credentials.length < 2 ? undefined : assembled.accountAt(key)
  try {
    return keys.choose(
      target,
      account === undefined ? undefined : ({ value }) => isOfAccount(value, account),
    )
  } catch (error) {
    const { name, provider, model } = target
    if (error instanceof UpstreamFailure) {
      record.passedOver.push({ target: name, provider: provider.key, model, reason: error.reason })
    }
    throw error
  }
}

function availableTargets({ record, route, services }: Call): readonly CallTarget[] {
  const nowMs = services.clock.monotonicMs()
  const { targets, passed } = byAvailability(route.targets, nowMs)
  for (const target of passed) record.passedOver.push(passedOver(target, nowMs))
  return targets
}

/** The key with which the same target is asked at once; undefined leaves it to the plan. */
async function otherKey(
  { failure }: UpstreamFailure,
  used: Credential | undefined,
  plan: AttemptPlan,
  keys: CredentialChoice,
  { record, signal }: Call,
): Promise<Credential | undefined> {
  if (used === undefined) return undefined
  const { target } = plan
  const { next } = failureEffects[failure]
  if (next === 'NextCredential') {
    const known = keys.replace(used, target)
    // A call that runs into a rotation waits briefly for the new key, unless another target answers.
    if (known !== undefined || plan.hasNext) return known
    return record.waitFor(keys.awaitRotation(used, target, signal))
  }
  if (failure === 'CreditExhausted') return plan.hasNext ? undefined : keys.other(used, target)
  if (failure !== 'RateLimited') return undefined
  const other = keys.other(used, target)
  return other !== undefined && plan.takeRetry('RateLimited') ? other : undefined
}

async function pause(delayMs: number, { record, services, signal }: Call): Promise<void> {
  if (delayMs > 0) await record.waitFor(sleep(services.clock, delayMs, signal))
}
