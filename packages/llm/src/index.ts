export type {
  Annotation,
  CacheControl,
  ContentPart,
  DialectExtras,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  ItemStatus,
  MessageItem,
  NativeItem,
  OutputFilePart,
  ReasoningItem,
  Role,
} from './operations/chat/item.ts'
export type {
  AnswerOptions,
  ChatFormat,
  ChatInput,
  DecodeOptions,
  EncodeOptions,
  StreamDecoder,
  StreamEncoder,
  StreamEncoderOptions,
} from './operations/chat/chat-format.ts'
export type {
  ModelRequest,
  ModelSettings,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from './operations/chat/model-request.ts'
export type {
  ReasoningEcho,
  ReasoningField,
  ReasoningQuirk,
  ServerQuirks,
} from './operations/chat/server-quirks.ts'
export type { Operation } from './operations/operation.ts'
export { findModel } from './catalogue/models/find-model.ts'
export { modelKind } from './catalogue/models/model-kind.ts'
export { isSameModel } from './catalogue/models/model-names.ts'
export { listedModels } from './catalogue/models/listed-models.ts'
export type { CataloguePrice, CatalogueRates } from './catalogue/models/catalogue-price.ts'
export type { CatalogueModel } from './catalogue/models/model-row.ts'
export type { Preset, PresetAuthentication } from './catalogue/presets/preset.ts'
export { presetGroups, presets } from './catalogue/presets/presets.ts'
export type { ModelFeature } from './operations/chat/model-feature.ts'
export { editRequest, type RequestEdits } from './operations/chat/request-edits.ts'
export type { FinishReason, ModelResponse, Usage } from './operations/chat/model-response.ts'
export {
  featureSupport,
  type FeatureSupport,
  requestFeatures,
  type RequestFeature,
  type Support,
} from './operations/chat/request-feature.ts'
export { featureWeight, isKnownParameter } from './operations/chat/feature-rules.ts'
export { type Adaptation, adaptationText, featureName } from './operations/chat/adaptation.ts'
export {
  type AdaptationTarget,
  type AdaptedRequest,
  adaptRequest,
  unsupportedParameter,
  type UnsupportedParameters,
} from './operations/chat/adapt-request.ts'
export { type SealedText, unwrapSealed, wrapSealed } from './operations/chat/sealed-text.ts'
export { asksForUsage } from './operations/chat/asks-for-usage.ts'
export {
  fitToolNames,
  type RenamedTools,
  responseWithCallerNames,
  withCallerNames,
} from './operations/chat/tool-names.ts'
export type { MessageStart, StreamEvent } from './operations/chat/stream-event.ts'
export { createStreamAssembler, type StreamAssembler } from './operations/chat/stream-assembler.ts'
export { itemProblem } from './operations/chat/item-problem.ts'
export { responseEvents } from './operations/chat/response-events.ts'
export { createSnapshotEvents, type SnapshotEvents } from './operations/chat/snapshot-events.ts'
export type { FailureClass } from './errors/failure-class.ts'
export type { AnswerDetails } from './headers/answer-details.ts'
export type { RateLimit } from './headers/rate-limit.ts'
export {
  readAnswerDetails,
  readRequestId,
  shouldRetryHeader,
} from './headers/read-answer-details.ts'
export { ModelError, type ModelErrorKind } from './errors/model-error.ts'
export { withoutCredentials } from './errors/provider-error.ts'
export {
  invalidField,
  missingField,
  readArray,
  isGiven,
  readBoolean,
  readModelName,
  readNumber,
  readPositiveInteger,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from './json/request-field.ts'
export { spliceTopLevel, type TopLevelEdits } from './json/json-splice.ts'
export { type BodyOutline, noUniqueFields, outlineBody } from './json/outline-body.ts'
export type { UniqueFields } from './json/unique-fields.ts'
export {
  createEventStreamDecoder,
  encodeEventStreamMessage,
  textHeader,
  type EventStreamDecoder,
  type EventStreamMessage,
} from './framing/aws-event-stream.ts'
export type { EventStreamHeader } from './framing/event-stream-headers.ts'
export { createSseParser, formatSseEvent, type SseEvent, type SseParser } from './framing/sse.ts'
export type { ByteSource, FrameSource } from './framing/frame-source.ts'
export {
  chatFormatOf,
  type Dialect,
  type EncodedError,
  type ErrorAnswer,
  operationOf,
  valueFormatOf,
} from './dialects/dialect.ts'
export type {
  Passage,
  PassageEdit,
  ProgressWatch,
  SentFields,
  StreamProgress,
  StreamScanner,
} from './dialects/passage.ts'
export { dialects } from './dialects/dialects.ts'
export { openAiChat } from './dialects/openai-chat/dialect.ts'
export { openAiResponses } from './dialects/openai-responses/dialect.ts'
export { checkGivenItem, readGivenItems } from './dialects/openai-responses/given-items.ts'
export { type ItemInclude, itemIncludes } from './dialects/openai-responses/item-includes.ts'
export { presentItem } from './dialects/openai-responses/present-item.ts'
export {
  cohereEmbeddings,
  cohereRerank,
  geminiEmbeddings,
  openAiCompletions,
  openAiEmbeddings,
  openAiModerations,
  openAiRerank,
} from './dialects/dialects.ts'
export type { EmbeddingsRequest } from './operations/embeddings/embeddings-request.ts'
export type { ModerationInput } from './operations/moderation/moderation-request.ts'
export type { RankedDocument } from './operations/rerank/rerank-answer.ts'
export type { RerankRequest } from './operations/rerank/rerank-request.ts'
export { inputUsage } from './operations/usage.ts'
export { anthropicMessages } from './dialects/anthropic-messages/dialect.ts'
export { ollamaChat, ollamaGenerate } from './dialects/ollama/dialect.ts'
export { bedrockConverse } from './dialects/bedrock-converse/dialect.ts'
export {
  type ConverseStream,
  createConverseStream,
  encodeConverseStream,
} from './dialects/bedrock-converse/converse-stream.ts'
export { bedrockErrorBody } from './dialects/anthropic-messages/bedrock-errors.ts'
export {
  createBedrockStream,
  type BedrockStream,
} from './dialects/anthropic-messages/bedrock-stream.ts'
export { gemini } from './dialects/gemini/dialect.ts'
export { geminiJsonArray } from './dialects/gemini/json-array.ts'
export { cohereChat } from './dialects/cohere-chat/dialect.ts'
export { classifyPrompt, type PromptClass } from './classification/classify-prompt.ts'
export {
  bounded,
  boundedInstructions,
  type PromptOutline,
} from './classification/prompt-outline.ts'
export type { PromptType } from './classification/prompt-type.ts'
