export type {
  ContentPart,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  ItemStatus,
  MessageItem,
  ReasoningItem,
  Role,
} from './item.ts'
export type {
  ModelRequest,
  ModelSettings,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from './model-request.ts'
export type { FinishReason, ModelResponse, Usage } from './model-response.ts'
export { ModelError, type ModelErrorKind } from './model-error.ts'
export { withoutCredentials } from './provider-error.ts'
export type { StreamEvent } from './stream-event.ts'
export type { DialectName } from './dialect-name.ts'
export type { Dialect, StreamDecoder, StreamEncoder, StreamEncoderOptions } from './dialect.ts'
export { dialectFor } from './dialects.ts'
export { createOpenAiChatDialect, type OpenAiChatOptions } from './openai-chat/dialect.ts'
export {
  createAnthropicMessagesDialect,
  type AnthropicMessagesOptions,
} from './anthropic-messages/dialect.ts'
export { createSseParser, formatSseEvent, type SseEvent, type SseParser } from './sse.ts'
export { spliceTopLevel, type TopLevelEdits } from './json-splice.ts'
export { createStreamAssembler, type StreamAssembler } from './stream-assembler.ts'
export { responseEvents } from './response-events.ts'
export {
  createStreamUsageScanner,
  readUsage,
  scanUsage,
  type StreamUsageScanner,
} from './usage-scan.ts'
