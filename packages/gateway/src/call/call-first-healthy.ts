import type { RetrySettings } from '@fairlead/config'
import { type Clock, sleep } from '../clock.ts'
import type { Credential } from '../runtime/provider-runtime.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { type Answer, attempt, type AttemptParts } from './attempt.ts'
import { CredentialChoice, type CredentialParts } from './credential-choice.ts'
import type { CallTarget } from './match-route.ts'
import { backoffMs, retryAfterMsMax } from './retry-delay.ts'

export interface CallParts
  extends
    Omit<AttemptParts, 'target' | 'credential' | 'body'>,
    Pick<CredentialParts, 'refusals' | 'secrets' | 'random'> {
  readonly targets: readonly CallTarget[]
  readonly retry: RetrySettings
  bodyFor(target: CallTarget): Uint8Array
  readonly clock: Clock
}

/**
 * The first answer that begins well. Targets are tried in order and then again from the first, as
 * often as the route allows; a target that cannot be used at all costs no attempt. Throws what the
 * last one failed with.
 */
export async function callFirstHealthy(parts: CallParts): Promise<Answer> {
  const { targets, retry } = parts
  const keys = new CredentialChoice(parts)
  const unusable = new Set<CallTarget>()
  let retriesLeft = retry.attempts
  let reconnects = 1
  let replacement: Credential | undefined
  for (let position = 0; ;) {
    const round = Math.floor(position / targets.length)
    const target = targets[position % targets.length]
    if (target === undefined) throw new Error('a route has no target')
    if (unusable.has(target)) {
      position += 1
      continue
    }
    let credential: Credential | undefined
    try {
      credential = replacement ?? keys.choose(target.provider)
      replacement = undefined
      const body = parts.bodyFor(target)
      const answer = await attempt({ ...parts, target, credential, body })
      if (credential !== undefined) parts.refusals.clear(credential.value)
      return answer
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      const { kind } = error
      if (kind === 'Final') throw error.error
      if (kind === 'StaleConnection' && reconnects > 0) {
        reconnects -= 1
        continue
      }
      if (kind === 'Credential' || kind === 'Target') {
        replacement = await replaceKey(kind, credential, target, keys, parts)
        if (replacement !== undefined) continue
        unusable.add(target)
        if (unusable.size === targets.length) throw error.error
        position += 1
        continue
      }
      const condition = kind === 'StaleConnection' ? 'Connect' : kind
      if (retriesLeft === 0 || !retry.on.includes(condition)) throw error.error
      retriesLeft -= 1
      position += 1
      await pauseBeforeRepeating(error, position, round, unusable, parts)
    }
  }
}

async function replaceKey(
  kind: 'Credential' | 'Target',
  refused: Credential | undefined,
  target: CallTarget,
  keys: CredentialChoice,
  parts: CallParts,
): Promise<Credential | undefined> {
  if (kind === 'Target' || refused === undefined) return undefined
  parts.record.waits()
  const replacement = await keys.replace(refused, target.provider, parts.signal)
  parts.record.goesOn()
  return replacement
}

/** Another target is asked at once, the same one only after a pause. */
async function pauseBeforeRepeating(
  failure: UpstreamFailure,
  position: number,
  round: number,
  unusable: ReadonlySet<CallTarget>,
  parts: CallParts,
): Promise<void> {
  const onlyOne = parts.targets.length - unusable.size === 1
  const sameAgain = onlyOne || Math.floor(position / parts.targets.length) > round
  if (!sameAgain) return
  const askedMs = (failure.error.retryAfterSeconds ?? 0) * 1000
  if (askedMs > retryAfterMsMax) throw failure.error
  parts.record.waits()
  await sleep(parts.clock, Math.max(askedMs, backoffMs(round, parts.random)), parts.signal)
  parts.record.goesOn()
}
