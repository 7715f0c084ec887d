import { sleep } from '@fairlead/base'
import type { AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import type { AssembledCall } from '../assembly/assembled-call.ts'
import type { Call } from '../call/call.ts'
import type { Credential } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { AttemptPlan } from './attempt-plan.ts'
import { attempt } from './attempt.ts'
import { CredentialChoice } from './credential-choice.ts'

/**
 * The first answer that starts successfully. `useFor` says how an answer of a target will be used.
 * Throws the error of the last attempt.
 */
export async function callFirstHealthy(
  assembled: AssembledCall,
  useFor: (target: CallTarget) => AnswerUse,
  call: Call,
): Promise<AnswerStream> {
  const { services, route } = call
  const keys = new CredentialChoice(services)
  const plan = new AttemptPlan(route.targets, route.retry, services.random)
  let replacement: Credential | undefined
  let closed = false
  for (;;) {
    const { target } = plan
    let credential = replacement
    try {
      credential ??= keys.choose(target.provider)
      const answer = await attempt({ target, credential, use: useFor(target) }, assembled, call)
      if (credential !== undefined) services.refusals.clear(credential.value)
      return answer
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      if (error.kind === 'StaleConnection') {
        // Once is an expired keep-alive connection; twice is a provider that hangs up.
        if (closed) target.provider.state.note('Unreachable', error.error.message)
        closed = true
      }
      replacement = await replaceKey(error, credential, target, keys, call)
      if (replacement === undefined) await pause(plan.afterFailure(error), call)
    }
  }
}

async function replaceKey(
  failure: UpstreamFailure,
  refused: Credential | undefined,
  target: CallTarget,
  keys: CredentialChoice,
  { record, signal }: Call,
): Promise<Credential | undefined> {
  if (failure.kind !== 'Credential' || refused === undefined) return undefined
  return record.waitFor(keys.replace(refused, target.provider, signal))
}

async function pause(delayMs: number, { record, services, signal }: Call): Promise<void> {
  if (delayMs > 0) await record.waitFor(sleep(services.clock, delayMs, signal))
}
