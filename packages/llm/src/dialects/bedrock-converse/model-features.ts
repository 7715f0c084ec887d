/** What a model does that others behind the same API do not, by its ID or the ARN of it. */
export interface ModelFeatures {
  /**
   * How thinking is asked for: in the fields of Claude by effort or by a budget, in those of Nova, or
   * not at all.
   */
  readonly thinking: 'ClaudeEffort' | 'ClaudeBudget' | 'Nova' | 'None'
  /** `outputConfig.textFormat`, and `strict` in tools. */
  readonly structuredOutputs: boolean
  readonly tools: boolean
  /** What `toolChoice` may be beside `auto`. */
  readonly forcedCalls: 'AnyOrNamed' | 'Any' | 'None'
  readonly cachePoints: boolean
  /** Whether there is a place for instructions, which else stand in the first message. */
  readonly system: boolean
  /** Whether an answer may be begun for the model. */
  readonly prefill: boolean
  readonly audio: boolean
  /** Where `additionalModelRequestFields` have the number of likely tokens; undefined if nowhere. */
  readonly topK: 'top_k' | 'k' | 'inferenceConfig.topK' | undefined
  /** `temperature` and `topP`. */
  readonly sampling: boolean
}

/** What newer models have in common; a model that nobody here knows is one. */
const usual: ModelFeatures = {
  thinking: 'None',
  structuredOutputs: true,
  tools: true,
  forcedCalls: 'AnyOrNamed',
  cachePoints: false,
  system: true,
  prefill: true,
  audio: false,
  topK: undefined,
  sampling: true,
}

const claude: ModelFeatures = {
  ...usual,
  thinking: 'ClaudeBudget',
  cachePoints: true,
  topK: 'top_k',
}
const older = { structuredOutputs: false } as const
const open: ModelFeatures = { ...usual, ...older, forcedCalls: 'None', prefill: false }
const textOnly: ModelFeatures = { ...open, tools: false }

/**
 * The first that matches counts. Tools and instructions:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html.
 * Forced calls: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html and
 * https://docs.aws.amazon.com/nova/latest/userguide/tool-choice.html. Schemas:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html. Cache points:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html. Thinking:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html and
 * https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
 */
const families: readonly (readonly [RegExp, ModelFeatures])[] = [
  [
    /claude-(?:instant|v?2)/,
    { ...claude, ...older, thinking: 'None', tools: false, cachePoints: false },
  ],
  [/claude-3-7/, { ...claude, ...older }],
  [/claude-3/, { ...claude, ...older, thinking: 'None' }],
  [/claude-(?:sonnet|opus)-4(?=$|@|-0|-1|-20\d{6})/, { ...claude, ...older }],
  [/claude-(?:sonnet|opus|haiku)-4-5/, claude],
  [/claude-(?:sonnet|opus)-4-6/, { ...claude, thinking: 'ClaudeEffort', prefill: false }],
  // Any other Claude is newer than this table.
  [
    /claude-/,
    { ...claude, thinking: 'ClaudeEffort', prefill: false, sampling: false, topK: undefined },
  ],
  [
    /amazon\.nova-2/,
    { ...usual, ...older, thinking: 'Nova', cachePoints: true, topK: 'inferenceConfig.topK' },
  ],
  [/amazon\.nova/, { ...usual, ...older, cachePoints: true, topK: 'inferenceConfig.topK' }],
  [/amazon\.titan/, { ...textOnly, system: false }],
  [/mistral\.(?:mistral-7b|mixtral)/, { ...textOnly, system: false, topK: 'top_k' }],
  [/mistral\.mistral-(?:large-240\d|small-240\d)/, { ...open, forcedCalls: 'Any', topK: 'top_k' }],
  [/voxtral/, { ...usual, audio: true }],
  [/meta\.llama(?:2|3-8b|3-70b)/, textOnly],
  [/meta\.llama/, open],
  [/cohere\.command-r/, { ...open, topK: 'k' }],
  [/cohere\./, { ...textOnly, system: false, topK: 'k' }],
  [/ai21\.(?:j2|jamba-instruct)/, textOnly],
  [/ai21\./, open],
  [/deepseek\.r1/, textOnly],
]

export function modelFeatures(model: string): ModelFeatures {
  return families.find(([pattern]) => pattern.test(model))?.[1] ?? usual
}
