import { responsePrompt, sealingAccountOf } from '@fairlead/context'
import type { RequestEdits } from '@fairlead/llm'
import type { AssembledPrompts } from './assembled-call.ts'
import type { KeptHistory } from './kept-history.ts'

/** The prompts of a call that continues kept responses, each with the seals that its target made. */
export function responsePrompts(
  { parts: continued, request }: KeptHistory,
  edits: RequestEdits,
): AssembledPrompts {
  const { itemsBefore = [], ...others } = edits
  const parts = [...itemsBefore.map((item) => ({ item })), ...continued]
  const tools = edits.tools ?? [...(edits.toolsBefore ?? []), ...request.tools]
  return {
    edits: { ...others, items: parts.map(({ item }) => item) },
    decoded: request,
    prompts: (target) => {
      const { items } = responsePrompt(target, tools, parts)
      return { edits: { ...others, items }, decoded: request }
    },
    accountAt: (provider) => sealingAccountOf(provider, parts),
  }
}
