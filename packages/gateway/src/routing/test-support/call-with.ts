import { HeaderFields } from '@fairlead/http1'
import { anonymousCaller } from '../../access/caller.ts'
import type { RoutedCall } from '../routed-call.ts'
import { contentOf } from './call-content.ts'

/** A call that asks for nothing particular. */
export const callWith = (parts: Partial<RoutedCall> = {}): RoutedCall => ({
  model: 'm',
  operation: 'chat',
  caller: anonymousCaller('default'),
  headers: new HeaderFields(),
  prompt: undefined,
  persona: undefined,
  inputTokens: 10,
  content: contentOf(),
  outputTokensMax: undefined,
  stream: false,
  features: new Set(),
  inConversation: false,
  continuesResponse: false,
  conversation: undefined,
  nowMs: 0,
  promptPrefix: () => '',
  ...parts,
})
