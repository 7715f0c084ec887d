import { createAnthropicMessagesDialect } from './anthropic-messages/dialect.ts'
import type { DialectName } from './dialect-name.ts'
import type { Dialect } from './dialect.ts'
import { createOpenAiChatDialect } from './openai-chat/dialect.ts'

const dialects: Readonly<Record<DialectName, Dialect>> = {
  'openai-chat': createOpenAiChatDialect(),
  'anthropic-messages': createAnthropicMessagesDialect(),
}

/** The dialect of that name with its default options; it holds no state and is shared. */
export function dialectFor(name: DialectName): Dialect {
  return dialects[name]
}
