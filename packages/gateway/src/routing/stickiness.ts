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
