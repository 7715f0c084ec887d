import type { Credential, ProviderRuntime } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { type FailureEffect, failureEffects } from './failure-effects.ts'

/** How long a key or a provider rests that asks for a pause without saying how long. */
const pauseMsDefault = 1_000
const refusals: ReadonlySet<FailureEffect['credential']> = new Set([
  'Refused',
  'Expired',
  'Exhausted',
])

/** Remembers of the provider and of its key what a failed attempt has shown. */
export function noteFailure(
  { failure, error, reason }: UpstreamFailure,
  { provider, model }: CallTarget,
  credential: Credential | undefined,
  startedMs: number,
): void {
  const effect = failureEffects[failure]
  const pauseMs = error.retryAfterSeconds === undefined ? undefined : error.retryAfterSeconds * 1000
  noteCredential(effect.credential, credential, { model, startedMs, pauseMs })
  const { state } = provider
  // What would be a key's matter is the provider's own if it has none; of a caller's key, the caller's.
  const isCallers = provider.settings.authentication.source === 'Caller'
  const isKeyless = credential === undefined && !isCallers
  const rests = isKeyless && effect.credential === 'Limited'
  const refuses = isKeyless && refusals.has(effect.credential)
  if (rests || effect.provider === 'CoolDown') {
    state.coolDown(pauseMs ?? pauseMsDefault, reason)
  } else if (effect.provider === 'Alive') {
    state.succeeded(startedMs)
  } else if (refuses || effect.provider === 'Failure') {
    state.failed(failure, reason, startedMs)
    if (pauseMs !== undefined) state.coolDown(pauseMs, reason)
  }
  if (effect.credential !== 'None' && effect.credential !== 'Accepted') noteKeys(provider)
}

/** Without a usable key a provider is not healthy, even if it answers. */
function noteKeys({ credentials, state }: ProviderRuntime): void {
  if (credentials.length === 0 || credentials.some(isUsable)) return
  if (credentials.every(isLimitedOnly)) state.keysLimited()
  else state.keysUnusable()
}

/** What a key was used for, and the pause that was asked for. */
interface KeyUse {
  readonly model: string
  readonly startedMs: number
  readonly pauseMs: number | undefined
}

function noteCredential(
  effect: FailureEffect['credential'],
  credential: Credential | undefined,
  { model, startedMs, pauseMs = pauseMsDefault }: KeyUse,
): void {
  switch (effect) {
    case 'Accepted':
      return credential?.state.accepted(model, startedMs)
    case 'Limited':
      return credential?.state.limited(model, pauseMs)
    case 'Refused':
    case 'Expired':
    case 'Exhausted':
      return credential?.state.refused(effect)
    case 'None':
  }
}

function isUsable({ state }: Credential): boolean {
  return state.status === 'Usable'
}

function isLimitedOnly({ state }: Credential): boolean {
  return state.isLimitedOnly
}
