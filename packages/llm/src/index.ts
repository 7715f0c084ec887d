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
export type { StreamEvent } from './stream-event.ts'
export type {
  Dialect,
  DialectName,
  StreamDecoder,
  StreamEncoder,
  StreamEncoderOptions,
} from './dialect.ts'
export type { SseEvent } from './sse.ts'
