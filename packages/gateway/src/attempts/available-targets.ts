import type { PassedOver } from '../call/attempt-record.ts'
import type { CallTarget } from '../routing/call-target.ts'

interface Availability {
  readonly targets: readonly CallTarget[]
  readonly passed: readonly CallTarget[]
}

const none: readonly CallTarget[] = []

/**
 * The targets in the order in which they are tried: those that are passed over for now, because they
 * are ejected or resting or none of their keys is usable, come last, the one that is back first in
 * front. They are not left out: where nothing else answers, they are asked. No more are passed over
 * than their providers' `maxEjectedPercent` allows; `passed` are those that are.
 */
export function byAvailability(targets: readonly CallTarget[], nowMs: number): Availability {
  if (targets.every((target) => availableAtMs(target) <= nowMs)) return { targets, passed: none }
  const resting = targets
    .filter((target) => availableAtMs(target) > nowMs)
    .toSorted((left, right) => availableAtMs(left) - availableAtMs(right))
  const passed = resting.filter(({ provider }, index) => {
    const share = ((resting.length - index) * 100) / targets.length
    return share <= provider.state.maxEjectedPercent
  })
  return { targets: [...targets.filter((target) => !passed.includes(target)), ...passed], passed }
}

/** The evidence for a target that is passed over at `nowMs`. */
export function passedOver(target: CallTarget, nowMs: number): PassedOver {
  const leftMs = availableAtMs(target) - nowMs
  const { name, provider, model } = target
  const rest =
    leftMs === Infinity
      ? 'Resting until a probe succeeds.'
      : `Resting for ${Math.ceil(leftMs)} ms more.`
  const why =
    provider.state.availableAtMs > nowMs ? provider.state.message : 'None of its keys is usable.'
  return {
    target: name,
    provider: provider.key,
    model,
    reason: `${rest} ${why}`,
  }
}

/** Monotonic milliseconds until which a target is passed over; 0 or a past time if it is not. */
export function availableAtMs({ provider, model }: CallTarget): number {
  const { credentials, state } = provider
  const [first] = credentials
  if (first === undefined) return state.availableAtMs
  let keyAtMs = first.state.availableAtMs(model)
  for (const one of credentials) keyAtMs = Math.min(keyAtMs, one.state.availableAtMs(model))
  return Math.max(state.availableAtMs, keyAtMs)
}
