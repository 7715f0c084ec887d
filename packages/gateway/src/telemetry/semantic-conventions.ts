import type { TelemetrySettings } from '@fairlead/snapshot'
import type { Usage } from '@fairlead/llm'
import type { Attribute } from './span.ts'

/** The attributes of a model call, in the words of one version of OpenTelemetry's conventions. */
interface SemanticConventions {
  /** The name of the provider's type. */
  readonly provider: string
  stream(isStream: boolean): readonly Attribute[]
  firstContent(seconds: number | undefined): readonly Attribute[]
  usage(usage: Usage | undefined): readonly Attribute[]
  prompt(name: string | undefined): readonly Attribute[]
  content(input: string | undefined, output: string | undefined): readonly Attribute[]
}

const none: readonly Attribute[] = []

const tokens = (usage: Usage | undefined): readonly Attribute[] => [
  ['gen_ai.usage.input_tokens', usage?.inputTokens],
  ['gen_ai.usage.output_tokens', usage?.outputTokens],
]

const known = (count: number | undefined) => (count === 0 ? undefined : count)

const byVersion: Readonly<Record<TelemetrySettings['semconv'], SemanticConventions>> = {
  Latest: {
    provider: 'gen_ai.provider.name',
    stream: (isStream) => [['gen_ai.request.stream', isStream]],
    firstContent: (seconds) => [['gen_ai.response.time_to_first_chunk', seconds]],
    usage: (usage) => [
      ...tokens(usage),
      ['gen_ai.usage.cache_read.input_tokens', known(usage?.cachedInputTokens)],
      ['gen_ai.usage.cache_creation.input_tokens', known(usage?.cacheWriteInputTokens)],
      ['gen_ai.usage.reasoning.output_tokens', known(usage?.reasoningTokens)],
    ],
    prompt: (name) => [['gen_ai.prompt.name', name]],
    content: (input, output) => [
      ['gen_ai.input.messages', input],
      ['gen_ai.output.messages', output],
    ],
  },
  // Before 1.37 the provider was the system, and messages were events, which are not spans' matter.
  V1_36: {
    provider: 'gen_ai.system',
    stream: () => none,
    firstContent: () => none,
    usage: tokens,
    prompt: () => none,
    content: () => none,
  },
}

export function semanticConventions(version: TelemetrySettings['semconv']): SemanticConventions {
  return byVersion[version]
}
