/**
 * What a Claude model supports, derived from its name; providers' prefixes and suffixes do not
 * matter.
 */
export interface ModelFeatures {
  /** `output_config.format` with a JSON schema. */
  readonly structuredOutputs: boolean
  /** How thinking is requested: by effort, by a token budget, or not at all. */
  readonly thinking: 'adaptive' | 'budget' | 'none'
  /** `temperature`, `top_p` and `top_k`; the newest models reject them with 400. */
  readonly sampling: boolean
  /** The most that an answer may be long, thinking included, in tokens. */
  readonly maxOutputTokens: number
  /** The provider's own web search. */
  readonly webSearch: boolean
  /** Whether `xhigh` is an effort; where it is not, `max` takes its place. */
  readonly xhighEffort: boolean
  /**
   * Whether the answer may be begun by the caller:
   * https://platform.claude.com/docs/en/api/errors#prefill-not-supported
   */
  readonly prefill: boolean
  /**
   * Whether system messages may stand after a user's turn:
   * https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
   */
  readonly systemMessages: boolean
}

const families: readonly (readonly [RegExp, ModelFeatures])[] = [
  [
    /claude-3-7/,
    {
      structuredOutputs: false,
      thinking: 'budget',
      sampling: true,
      xhighEffort: false,
      maxOutputTokens: 64_000,
      webSearch: true,
      prefill: true,
      systemMessages: false,
    },
  ],
  [
    /claude-(?:instant|v?[123](?=$|[-.:@]))/,
    {
      structuredOutputs: false,
      thinking: 'none',
      sampling: true,
      xhighEffort: false,
      maxOutputTokens: 4096,
      webSearch: false,
      prefill: true,
      systemMessages: false,
    },
  ],
  [
    /claude-(?:sonnet|opus)-4(?=$|@|-0|-20\d{6})/,
    {
      structuredOutputs: false,
      thinking: 'budget',
      sampling: true,
      xhighEffort: false,
      maxOutputTokens: 32_000,
      webSearch: true,
      prefill: true,
      systemMessages: false,
    },
  ],
  [
    /claude-(?:sonnet-4-5|opus-4-5|haiku-4-5|opus-4-1)/,
    {
      structuredOutputs: true,
      thinking: 'budget',
      sampling: true,
      xhighEffort: false,
      maxOutputTokens: 32_000,
      webSearch: true,
      prefill: true,
      systemMessages: false,
    },
  ],
  [
    /claude-(?:sonnet|opus)-4-6/,
    {
      structuredOutputs: true,
      thinking: 'adaptive',
      sampling: true,
      xhighEffort: false,
      maxOutputTokens: 64_000,
      webSearch: true,
      prefill: false,
      systemMessages: false,
    },
  ],
  [
    /claude-(?:opus-4-7|mythos-preview)/,
    {
      structuredOutputs: true,
      thinking: 'adaptive',
      sampling: false,
      xhighEffort: true,
      maxOutputTokens: 64_000,
      webSearch: true,
      prefill: false,
      systemMessages: false,
    },
  ],
  // Any other Claude is newer than this table and supports what the newest support.
  [
    /claude-/,
    {
      structuredOutputs: true,
      thinking: 'adaptive',
      sampling: false,
      xhighEffort: true,
      maxOutputTokens: 64_000,
      webSearch: true,
      prefill: false,
      systemMessages: true,
    },
  ],
]

/** Servers of other models that speak this dialect get only what all of them support. */
const otherModels: ModelFeatures = {
  structuredOutputs: false,
  thinking: 'none',
  sampling: true,
  xhighEffort: false,
  maxOutputTokens: 4096,
  webSearch: false,
  prefill: true,
  systemMessages: false,
}

export function modelFeatures(model: string): ModelFeatures {
  return families.find(([pattern]) => pattern.test(model))?.[1] ?? otherModels
}
