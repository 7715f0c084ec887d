import type { ModelRequest, ReasoningItem } from '@fairlead/llm'
import { lastUserText } from './request-text.ts'
import { wordsOf } from './words-of.ts'

/** What seals its thinking, in base64 as real seals are. */
const seal = Buffer.from('sealed by the Simulator').toString('base64')

/** A short thought, with a seal, if the request asks for thinking. */
export function simulatedThinking(request: ModelRequest): readonly ReasoningItem[] {
  const { reasoningBudget, reasoningEffort } = request.settings
  const effort = reasoningEffort ?? (reasoningBudget === undefined ? 'none' : 'medium')
  if (effort === 'none') return []
  const words = wordsOf(lastUserText(request)).length
  const text = `The user said ${words} ${words === 1 ? 'word' : 'words'}; I think with ${effort} effort.`
  return [
    {
      type: 'reasoning',
      status: 'completed',
      summary: [],
      content: [{ type: 'reasoning_text', text }],
      maker: 'openai-chat',
      signature: seal,
    },
  ]
}
