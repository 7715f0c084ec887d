export type DialectName = 'openai-chat' | 'anthropic-messages'
