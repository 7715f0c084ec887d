import type { Item } from '@fairlead/llm'

/**
 * Whether an item of an answer stands for all that its maker had been sent before it, as OpenAI's
 * Responses API and Anthropic's Messages API have it. One without content stands for nothing.
 */
export function isCompaction(item: Item): boolean {
  if (item.type !== 'fairlead:native' || item.block['type'] !== 'compaction') return false
  const { content, encrypted_content: sealed } = item.block
  return [content, sealed].some((text) => typeof text === 'string' && text !== '')
}
