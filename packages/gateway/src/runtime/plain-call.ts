import { HeaderFields } from '@fairlead/http1'
import type { Caller } from '../access/caller.ts'
import { CallContent } from '../routing/call-content.ts'

/** What conditions see of a call that says nothing but its model. */
export function plainCall(caller: Caller, model: string) {
  const content = new CallContent({
    caller,
    headers: new HeaderFields(),
    model,
    stream: false,
    operation: 'chat',
    inputTokens: 0,
    conversation: undefined,
    variables: {},
    prompt: undefined,
    promptItems: [],
    outline: () => ({ system: '', user: '', tools: [], hasImages: false }),
  })
  return () => content.bindings
}
