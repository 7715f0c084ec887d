import { hash } from 'node:crypto'
import type { StickinessSettings } from '@fairlead/snapshot'
import type { RoutedCall } from './routed-call.ts'

/** How much of a prompt decides: providers cache prompts from 1,024 tokens, about as many characters. */
const promptPrefixLengthMax = 4096

/**
 * What the call has in common with those that are to go to the same target, as a digest that may be
 * shown; undefined for a call without it.
 */
export function stickyKeyOf(
  stickiness: StickinessSettings | undefined,
  call: RoutedCall,
): string | undefined {
  const common = stickiness === undefined ? '' : inCommon(stickiness, call)
  return common === '' ? undefined : hash('sha256', common).slice(0, 32)
}

function inCommon(stickiness: StickinessSettings, call: RoutedCall): string {
  switch (stickiness.by) {
    case 'Conversation':
      return call.conversation ?? ''
    case 'Consumer':
      return call.caller.consumer
    case 'Header':
      return call.headers.get(stickiness.header) ?? ''
    case 'PromptPrefix':
      return call.conversation ?? call.promptPrefix(promptPrefixLengthMax)
  }
}

/**
 * The targets in an order that depends on the key, and over many keys on the weights: by rendezvous
 * hashing, so that everybody who knows names and weights gets the same order, and without a target
 * only its own keys go elsewhere. Those of weight 0 come last.
 */
export function orderByKey<Target extends { readonly name: string; readonly weight: number }>(
  targets: readonly Target[],
  key: string,
): readonly Target[] {
  return targets
    .map((target) => ({ target, score: scoreOf(target, key) }))
    .toSorted((left, right) => right.score - left.score)
    .map(({ target }) => target)
}

/** The greatest of such scores falls to each in proportion to its weight. */
function scoreOf(
  { name, weight }: { readonly name: string; readonly weight: number },
  key: string,
): number {
  const digits = Number.parseInt(hash('sha256', `${key}/${name}`).slice(0, 13), 16)
  const uniform = (digits + 1) / (16 ** 13 + 1)
  return weight === 0 ? uniform - 1 : -weight / Math.log(uniform)
}
