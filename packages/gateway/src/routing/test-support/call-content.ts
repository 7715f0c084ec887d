import { HeaderFields } from '@fairlead/http1'
import { anonymousCaller } from '../../access/caller.ts'
import { CallContent, type ContentSource } from '../call-content.ts'

/** The content of a call that says nothing but what is given. */
export function contentOf(parts: Partial<ContentSource> = {}): CallContent {
  return new CallContent({
    caller: anonymousCaller('default'),
    headers: new HeaderFields(),
    model: 'm',
    stream: false,
    operation: 'chat',
    inputTokens: 0,
    conversation: undefined,
    variables: {},
    prompt: undefined,
    promptItems: [],
    outline: () => ({ system: '', user: '', tools: [], hasImages: false }),
    ...parts,
  })
}
