/** What a Gemini model supports, derived from its name; prefixes and suffixes do not matter. */
export interface ModelFeatures {
  /** How thinking is asked for: by level, by a budget of tokens, or not at all. */
  readonly thinking: 'level' | 'budget' | 'none'
  /** The least budget that it accepts: some models cannot do without thinking. */
  readonly thinkingBudgetMin: number
  /** The levels that it knows. */
  readonly thinkingLevels: readonly string[]
  /** Whether calls in the current turn must come back with their signatures. */
  readonly checksSignatures: boolean
  /** Full JSON Schema in `parametersJsonSchema` and `responseJsonSchema`. */
  readonly jsonSchema: boolean
  /** Whether a JSON answer, or Google's own tools, can be asked for together with functions. */
  readonly mixesTools: boolean
  /** Whether a function's output may contain images and files. */
  readonly mediaInOutputs: boolean
  /** Whether it fetches files from web addresses by itself. */
  readonly fetchesUrls: boolean
}

const latest: ModelFeatures = {
  thinking: 'level',
  thinkingBudgetMin: 0,
  thinkingLevels: ['low', 'medium', 'high'],
  checksSignatures: true,
  jsonSchema: true,
  mixesTools: true,
  mediaInOutputs: true,
  fetchesUrls: true,
}

const budget: ModelFeatures = {
  ...latest,
  thinking: 'budget',
  checksSignatures: false,
  mixesTools: false,
  mediaInOutputs: false,
}

const withoutThinking: ModelFeatures = { ...budget, thinking: 'none', fetchesUrls: false }

/**
 * Sources: https://ai.google.dev/gemini-api/docs/thinking, …/thought-signatures,
 * …/structured-output, …/function-calling and …/file-input-methods.
 */
const families: readonly (readonly [RegExp, ModelFeatures])[] = [
  [/gemini-2\.0/, withoutThinking],
  [/gemini-1|learnlm|gemma/, { ...withoutThinking, jsonSchema: false }],
  [/gemini-2\.5-pro/, { ...budget, thinkingBudgetMin: 128 }],
  [/gemini-2|gemini-robotics/, budget],
  [/gemini-3-pro/, { ...latest, thinkingLevels: ['low', 'high'] }],
  [/gemini-[3-9].*flash/, { ...latest, thinkingLevels: ['minimal', 'low', 'medium', 'high'] }],
]

/** Any other model is newer than this table and supports what the newest support. */
export function modelFeatures(model: string): ModelFeatures {
  return families.find(([pattern]) => pattern.test(model))?.[1] ?? latest
}
